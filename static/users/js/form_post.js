// Submit the form that carries the answer to the application.
document.querySelector("[data-submit-now]").submit();

/** Of Node's `util`, what packages and rules use. */
function inherits(child, parent) {
  Object.defineProperty(child, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

function format(text, ...values) {
  const rest = [...values];
  const done = String(text).replace(/%[sdj%]/g, (mark) => {
    if (mark === "%%" || !rest.length) return mark === "%%" ? "%" : mark;
    const value = rest.shift();
    return mark === "%j" ? JSON.stringify(value) : String(mark === "%d" ? Number(value) : value);
  });
  return [done, ...rest].join(" ");
}

const promisify = (run) =>
  (...given) =>
    new Promise((resolve, reject) => run(...given, (error, value) => (error ? reject(error) : resolve(value))));

module.exports = { format, inherits, inspect: (value) => JSON.stringify(value), promisify };

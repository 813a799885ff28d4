"""A kind of job whose effects can be counted: each step makes a client named after it."""

from __future__ import annotations

from collections import Counter

from users.jobs.run import Run
from users.models import Client, Job


def steps(run: Run) -> dict[str, int]:
    """As many as `of` says."""
    of = run.parameters["of"]
    for number in range(run.state.get("next", 0), of):
        with run.step():
            Client.objects.create(name=f"{run.job} {number}")
            run.state["next"] = number + 1
            run.progress(number + 1, of)
            run.log(f"step {number}")
    return {"made": of}


def once(run: Run) -> None:
    """One effect that no transaction takes back."""
    run.once("effect", lambda: Client.objects.create(name=f"{run.job} 0"), doing="making a client")


def effects(job: Job) -> Counter[int]:
    """How often each step of the job had its effect."""
    names = Client.objects.filter(name__startswith=f"{job} ").values_list("name", flat=True)
    return Counter(int(name.rpartition(" ")[2]) for name in names)


def each_once(job: Job) -> dict[int, int]:
    """What the effects of the whole job are."""
    return dict.fromkeys(range(job.parameters["of"]), 1)

"""Rules: scripts that run at every sign-in to an application."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from users.models.audit_entry import AuditEntry
from users.models.ids import new_rule_id


class Rule(models.Model):
    """One rule. Rules run in the order of `order`, those of the same order by age."""

    rule_id = models.CharField(max_length=20, unique=True, default=new_rule_id)
    name = models.CharField(max_length=255, unique=True)
    script = models.TextField()
    # Two rules may share an order while a client reorders them with one request after the other.
    order = models.PositiveIntegerField()
    is_enabled = models.BooleanField(default=True)
    # The number of the version whose script this is.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["order", "created_at", "id"]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """The script of a rule as it was saved, and by which actor. Numbers begin with 1 in each rule."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    script = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    # As in the history of configuration: text, so that it outlives the actor.
    actor_kind = models.CharField(max_length=10, choices=AuditEntry.ActorKind)
    actor_id = models.CharField(max_length=255)
    actor_name = models.CharField(max_length=300)

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule_id}, version {self.number}"


class RuleConfig(models.Model):
    """A value that every script reads as `configuration.KEY`. It is encrypted, and shown nowhere."""

    key = models.CharField(max_length=127, unique=True)
    value_encrypted = models.TextField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class RuleRunCount(models.Model):
    """How many runs of a rule took about as long on one day: one bar of a histogram.

    `milliseconds` is the upper bound of the bar; the last one has no upper bound. Percentiles are read from
    the histogram, so that no row is stored for each run.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="run_counts", db_index=False)
    day = models.DateField()
    milliseconds = models.PositiveIntegerField()
    runs = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["day", "milliseconds"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "day", "milliseconds"], name="rule_run_count_once")
        ]
        indexes = [models.Index(fields=["day"], name="rule_run_count_day")]

    def __str__(self) -> str:
        return f"{self.runs} runs of {self.rule_id} on {self.day}"


class RuleFailure(models.Model):
    """The latest failure of a rule. `kind` is that of `users.javascript.errors.ScriptError`."""

    rule = models.OneToOneField(Rule, models.CASCADE, related_name="last_failure")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    message = models.CharField(max_length=500)
    line = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.rule_id} at {self.at}"

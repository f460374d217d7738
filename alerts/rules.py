"""A rule is a kind, a filter and parameters. A kind is a class; the office's own come in by dotted path."""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ValidationError

from alerts.errors import BadRule
from alerts.facts import Facts, Finding
from config.accounts import Entry
from config.alerts import PARAMETERS, Rule

Given = TypeVar("Given", bound=Entry)


class RuleKind(ABC, Generic[Given]):
    """What every kind of rule is: built once from its rule, then asked at each look. It keeps no state of its own.

    A plug-in names its `Parameters`, a frozen pydantic model, and a `model` that it raises when its findings change.
    """

    Parameters: ClassVar[type[Any]]
    model: ClassVar[str]

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.parameters: Given = self.Parameters.model_validate(rule.parameters)

    @abstractmethod
    def find(self, facts: Facts) -> Iterator[Finding]:
        """Give what is worth an alert now. The same thing may be found at every look: episodes tell it once."""

    def finding(self, **given: Any) -> Finding:
        """Make a finding of this rule."""
        rule = self.rule
        return Finding(rule=rule.id, rule_name=rule.name, level=rule.level, kind=rule.kind, model=self.model, **given)


def build(rule: Rule, kinds: Mapping[str, type[RuleKind[Any]]]) -> RuleKind[Any]:
    """Make the working rule of a configured one. Raises BadRule where its kind can't be loaded or refuses its parameters."""
    kind = kinds[rule.kind] if rule.kind in PARAMETERS else _load(rule)
    try:
        return kind(rule)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors())
        raise BadRule(f"rule {rule.id}: its parameters don't fit {rule.kind}: {wrong}") from error


def build_all(rules: Iterable[Rule], kinds: Mapping[str, type[RuleKind[Any]]]) -> tuple[RuleKind[Any], ...]:
    """Make all rules that are not off. Raises BadRule."""
    return tuple(build(rule, kinds) for rule in rules if not rule.off)


def _load(rule: Rule) -> type[RuleKind[Any]]:
    module, _, name = rule.kind.partition(":")
    try:
        kind = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadRule(f"rule {rule.id}: {rule.kind} can't be loaded ({error}); install its package, or correct its path") from error
    if not (isinstance(kind, type) and issubclass(kind, RuleKind)):
        raise BadRule(f"rule {rule.id}: {rule.kind} is no kind of rule; it must be a subclass of alerts.rules.RuleKind")
    return kind

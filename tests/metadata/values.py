"""JSON values for the property tests: what a document may hold, and whole documents."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.suites import DEPTH

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0.$"), min_size=1, max_size=10)
floats = st.floats(allow_nan=False, allow_infinity=False)
integers = st.one_of(st.integers(), st.integers(-(10**300), 10**300))
scalars = st.one_of(st.none(), st.booleans(), integers, floats, text)
# A few small values that often meet their like: 1, 1.0 and true among them.
look_alikes = st.sampled_from([0, 0.0, False, None, "", 1, 1.0, True, "1", [], {}, [1], [1.0], {"a": 1}])
values = st.recursive(
    scalars | look_alikes,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=5)
# Documents that share keys, so that a patch meets something.
small_documents = st.dictionaries(st.sampled_from("abc"), look_alikes | values, max_size=3)

# For properties that use the database: a fixture is made once for all examples on purpose.
with_database = settings(max_examples=25 * DEPTH, suppress_health_check=[HealthCheck.function_scoped_fixture])

"""What scikit-learn asks of an estimator, of each transformer.

The transformers take compositions or crystals, and scikit-learn's checks of behaviour feed
random arrays of numbers: `check_estimator` runs none for such estimators, and says so in a
warning. Those that need no data are run here one by one.
"""

import pickle

import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks as checks

from magnetkit.features import (
    CompositionStatistics,
    RareEarthDescriptors,
    StructureDescriptors,
)
from tests.features.crystals import IRON

TRANSFORMERS = [
    (CompositionStatistics, ["SmCo5", "Nd2Fe14B"]),
    (RareEarthDescriptors, ["SmCo5", "Nd2Fe14B"]),
    (StructureDescriptors, [IRON, IRON]),
]
NEED_NO_DATA = (
    "check_estimator_cloneable check_estimator_repr "
    "check_estimator_tags_renamed check_get_params_invariance check_mixin_order "
    "check_no_attributes_set_in_init check_parameters_default_constructible "
    "check_set_params check_valid_tag_types"
).split()


@pytest.mark.parametrize("name", NEED_NO_DATA)
@pytest.mark.parametrize("transformer", [t for t, _ in TRANSFORMERS])
def test_single_checks(transformer, name):
    getattr(checks, name)(transformer.__name__, transformer())


@pytest.mark.parametrize(("transformer", "data"), TRANSFORMERS)
def test_fit_transform_pickle_and_output_containers(transformer, data):
    estimator = transformer()
    tags = estimator.__sklearn_tags__()
    assert tags.input_tags.string == isinstance(data[0], str)
    assert tags.requires_fit == (transformer is CompositionStatistics)
    if tags.requires_fit:
        for use in (estimator.transform, estimator.get_feature_names_out):
            with pytest.raises(NotFittedError):
                use(data)
    assert estimator.fit(data) is estimator
    once = estimator.transform(data)
    assert_array_equal(transformer().fit_transform(data), once)
    assert_array_equal(
        pickle.loads(pickle.dumps(estimator)).transform(data), once
    )
    names = estimator.get_feature_names_out()
    assert once.shape == (len(data), len(set(names)))
    frame = estimator.set_output(transform="pandas").transform(data)
    assert list(frame) == list(names)
    assert_array_equal(frame.to_numpy(), once)

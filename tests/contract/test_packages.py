import importlib.util
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
    "packages"
]


@pytest.mark.parametrize("package", PACKAGES)
def test_the_top_level_package_is_ours(package: str) -> None:
    """Their names are common ones: a dependency that brings another of the same name would be imported instead."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin == str(ROOT / package / "__init__.py")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_dependency_brings_a_package_of_that_name(package: str) -> None:
    assert set(packages_distributions().get(package, [])) <= {"dengta"}

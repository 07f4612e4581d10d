"""Settings: whatever stands in the file, each fault has its sentence."""

from hypothesis import given
from hypothesis import strategies as st

from bot import envfile
from bot.settings import NAMES, Settings, SettingsError, read
from tests.fuzz.material import SOME, changed, texts


def understood(raw: bytes, environ: dict[str, str]) -> Settings | None:
    """Read settings, or be told what is wrong in lines that can be printed."""
    try:
        return read(environ, envfile.parsed(raw, ".env"))
    except SettingsError as error:
        problems = error.problems
    assert problems
    for problem in problems:
        problem.encode()
        assert problem.strip()
    return None


@SOME
@given(changed("settings"))
def test_a_file_of_settings_is_read_or_each_fault_in_it_is_named(raw: bytes) -> None:
    understood(raw, {})


@SOME
@given(
    st.dictionaries(
        st.sampled_from(sorted(NAMES)),
        st.sampled_from(texts("settings")) | st.text(max_size=40),
        max_size=4,
    )
)
def test_what_the_environment_says_is_read_or_each_fault_in_it_is_named(
    environ: dict[str, str],
) -> None:
    settings = understood(b"", environ)
    assert settings is None or str(settings)

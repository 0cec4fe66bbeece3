"""A picture's metadata is the command that makes it again."""

from ganctl import __version__
from ganctl.provenance import Origin


def test_the_command_names_only_what_matters():
    metadata = Origin("my run", 12).metadata(
        "montage",
        labels=["3:0.5,8:0.5", "T-shirt/top"],
        options={"cols": 4, "truncation": None, "real": True, "quiet": False},
    )
    assert metadata["command"] == (
        "ganctl montage 'my run' --digit 3:0.5,8:0.5 --digit T-shirt/top "
        "--cols 4 --real --out FILE.png"
    )
    assert (metadata["ganctl"], metadata["run"], metadata["step"]) == (__version__, "my run", 12)
    assert "truncation" not in metadata

"""What errors of the command line say in Python."""

import pytest

from ganctl.api.wording import naming_arguments
from ganctl.errors import GanctlError, UsageError


def reworded(text: str, **renamed: str) -> str:
    with pytest.raises(GanctlError) as caught, naming_arguments(renamed):
        raise UsageError(text, text)
    assert str(caught.value) == caught.value.hint
    return caught.value.hint


@pytest.mark.parametrize(
    ("typed", "in_python"),
    [
        (
            "Give --image-size 28, or leave --recipe out.",
            "Give image_size 28, or leave recipe out.",
        ),
        ("Give --digit / --class: one of 0, 1, or all.", "Give label: one of 0, 1, or all."),
        ("--code sets none; --out is a folder", "codes sets none; out is a folder"),
        ("Write --set hair=blond.", 'Write set={"hair": "blond"}.'),
        ("--set hair=blond --set eyes=blue fit", 'set={"hair": "blond", "eyes": "blue"} fit'),
        ("Write --set 'hair colour=light brown'.", 'Write set={"hair colour": "light brown"}.'),
        ('Write --set \'"a=b"="c,d"\'.', r'Write set={"a=b": "\"c,d\""}.'),
        ("Write --text 'short red hair'.", "Write text='short red hair'."),
        ("Make one with: ganctl train", "Make one with: ganctl.train()"),
        ("Resume it: ganctl train --resume demo", 'Resume it: ganctl.train(resume="demo")'),
        (
            "rate: ganctl train --resume '/a b/demo' --lr-scale 0.5; or start again with --seed",
            'rate: ganctl.train(resume="/a b/demo", lr_scale=0.5); or start again with seed',
        ),
        ("Print it with: ganctl evaluate --json", "Print it with: ganctl evaluate --json"),
        ("Write --path 3,8,0.", "Write stops 3,8,0."),
    ],
)
def test_flags_become_arguments(typed, in_python):
    assert reworded(typed) == in_python


def test_what_is_kept_has_another_name():
    assert reworded(
        "/home/a.npz: a.npz lacks --labels.", **{"/home/a.npz": "data", "a.npz": "data"}
    ) == ("data: data lacks labels.")

"""What ``sweep`` may be asked: every combination once, and refused before anything trains."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UnknownName, UsageError
from ganctl.requests.budget import LENGTHS
from ganctl.requests.checks import check_run_name
from ganctl.requests.recipes import Model
from ganctl.requests.training import OPTIONS, flag_of
from ganctl.sweeps.plan import MAX_TRAININGS, SweepPlan, Varied, plan_sweep

MODELS = [model.value for model in Model]
SOME = {
    "model": st.sampled_from(MODELS),
    "lr-scale": st.floats(0.001, 1000).map(str),
    "batch": st.integers(2, 65_536).map(str),
    "flip": st.sampled_from(["yes", "no"]),
    "condition": st.text("abc,; ", min_size=1, max_size=9).filter(str.strip).map(str.strip),
}
VARIED = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(values, min_size=1, max_size=2, unique=True) for name, values in SOME.items()
    },
)


@given(varied=VARIED, seeds=st.sets(st.integers(0, 99), min_size=2, max_size=3))
def test_every_combination_trains_once_with_every_seed(varied, seeds):
    plan = plan_sweep([typed(*each) for each in varied.items()], ",".join(map(str, seeds)), {})
    trainings = plan.trainings("demo")
    asked = [(*each.combination.values.values(), each.request.seed) for each in trainings]
    values = [each.values for each in plan.varied]
    assert sorted(map(repr, asked)) == sorted(map(repr, product(*values, plan.seeds)))
    assert len({each.name.lower() for each in trainings}) == len(trainings)
    for each in trainings:
        check_run_name(each.name)
        for name, value in each.combination.values.items():
            assert getattr(each.request, name) == value


@given(varied=VARIED, seeds=st.sets(st.integers(0, 99), min_size=2, max_size=3))
def test_a_plan_is_read_as_it_was_written(varied, seeds):
    texts = [typed(*each) for each in varied.items()]
    plan = plan_sweep(texts, ",".join(map(str, seeds)), {"minutes": 0.1, "keep": 3}, n=50, jobs=2)
    assert SweepPlan.from_json(json.loads(json.dumps(plan.as_json()))) == plan


def typed(name, texts):
    return f"{name}=" + ",".join(f'"{text}"' if "," in text else text for text in texts)


def test_names_say_what_varies():
    plan = plan_sweep(["model=cgan,gan-cls", "lr-scale=0.5,1"], "1-2", {})
    names = [each.name for each in plan.trainings("demo")]
    assert names[:2] == [
        "demo_model-cgan_lr-scale-0.5_seed-1",
        "demo_model-cgan_lr-scale-1_seed-1",
    ]
    assert plan.combinations[1].text == "model=cgan lr-scale=1"
    # Each combination has its first training before one has its second.
    assert [name.endswith("seed-1") for name in names] == [True] * 4 + [False] * 4


def test_the_seed_is_that_of_train():
    assert plan_sweep(["model=cgan,gan"], None, {}).seeds == (0,)
    assert plan_sweep(["model=cgan,gan"], None, {"seed": 7}).seeds == (7,)


def test_seeds_alone_may_vary():
    plan = plan_sweep([], "1-3", {"steps": 5})
    assert [each.name for each in plan.trainings("demo")] == [f"demo_seed-{k}" for k in (1, 2, 3)]
    assert plan.combinations[0].text == "as given"


def test_a_command_line_asks_for_the_same(tmp_path):
    data = tmp_path / "with space.npz"
    data.touch()
    plan = plan_sweep(
        ["flip=no,yes", "condition=hair,eyes"], None, {"data": str(data), "minutes": 0.5}
    )
    words = plan.trainings("demo")[-1].words
    assert words == [
        f"--data={data}", "--minutes=0.5", "--flip", "--condition=eyes", "--seed=0"
    ]  # fmt: skip
    assert "--flip" not in plan.trainings("demo")[0].words


def test_paths_are_known_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path)
    plan = plan_sweep(["data=a,b"], None, {"labels": "a"})
    plain = plan.as_json()
    assert plain["vary"] == {"data": [str(tmp_path / "a"), str(tmp_path / "b")]}
    assert plain["given"] == {"labels": str(tmp_path / "a")}
    assert plan.combinations[0].text == "data=a"


def test_folders_that_would_be_called_alike_are_numbered(tmp_path):
    (tmp_path / "x" / "same").mkdir(parents=True)
    (tmp_path / "y" / "same").mkdir(parents=True)
    plan = plan_sweep([f"data={tmp_path / 'x' / 'same'},{tmp_path / 'y' / 'same'}"], None, {})
    assert [each.name for each in plan.trainings("demo")] == ["demo_001_seed-0", "demo_002_seed-0"]


def test_budgets_are_compared():
    assert len(plan_sweep(["model=cgan,gan"], None, {}).budgets) == 2
    assert len(plan_sweep(["model=cgan,gan"], None, {"minutes": 2.0}).budgets) == 1
    assert plan_sweep(["steps=10,20"], None, {}).varies(*LENGTHS)


@pytest.mark.parametrize("name", [name for name in OPTIONS if name != "seed"])
def test_every_option_of_train_can_be_varied(name):
    option = OPTIONS[name]
    texts = {"levels": '"0,1","0,2"', "image_size": "8,12", "flip": "yes,no", "balance": "yes,no",
             "skip_bad": "yes,no", "background": "white,black"}  # fmt: skip
    some = ",".join(option.choices[:2]) if option.choices else "2,3"
    varied = Varied.parse(f"{flag_of(name).removeprefix('--')}={texts.get(name, some)}")
    assert varied.name == name
    assert len(varied.values) == 2


@pytest.mark.parametrize(
    ("vary", "message", "hint"),
    [
        ("modle=cgan", "no option of train 'modle'", "mean model"),
        ("lr_scale=1,2", "no option of train 'lr_scale'", "mean lr-scale"),
        ("model", "names no values", "model=V1,V2"),
        ("model=", "names no values", "model=V1,V2"),
        ("model=cgan,,gan", "names no values", "model=V1,V2"),
        ("seed=1,2", "called --seeds", "--seeds 1-3"),
        ("batch=8,x", "batch=x is no whole number", "batch=1,2"),
        ("batch=1,8", "--batch 1 is out of range", "from 2"),
        ("lr-scale=slow", "lr-scale=slow is no number", "1,2"),
        ("lr-scale=1,1.0", "names 1 twice", "once"),
        ("flip=maybe", "flip=maybe is no switch", "yes and no"),
        ("recipe=quick,mdoern", "no recipe 'mdoern'", "mean modern"),
        ("image-size=9,8", "--image-size 9", "multiple of 4"),
    ],
)
def test_what_cannot_be_varied(vary, message, hint):
    with pytest.raises(UsageError) as refused:
        plan_sweep([vary], "1-2", {})
    assert message in str(refused.value)
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("vary", "seeds", "options", "message", "hint"),
    [
        ([], None, {}, "nothing to compare", "--vary NAME=V1,V2"),
        (["model=cgan"], None, {}, "nothing to compare", "--seeds"),
        (["model=cgan,gan"], "1-2", {"seed": 3}, "--seed and --seeds exclude", "one of them"),
        (["model=cgan,gan"], None, {"model": "cgan"}, "--model is given, and varied", "one place"),
        (["model=cgan,gan", "model=infogan"], None, {}, "model is given twice", "in one"),
        (["steps=1,2"], None, {"minutes": 1.0}, "exclude each other", "one of them"),
        (["batch=2,3"], f"0-{MAX_TRAININGS}", {}, "trainings", "at most"),
        (["model=cgan,gan"], "3-1", {}, "runs backwards", "1-3"),
    ],
)
def test_what_cannot_be_asked_together(vary, seeds, options, message, hint):
    with pytest.raises(UsageError) as refused:
        plan_sweep(vary, seeds, options)
    assert message in str(refused.value)
    assert hint in refused.value.hint


@pytest.mark.parametrize(("n", "jobs", "message"), [(0, 1, "--n 0"), (None, 0, "--jobs 0")])
def test_counts_are_checked(n, jobs, message):
    with pytest.raises(UsageError, match=message):
        plan_sweep(["model=cgan,gan"], None, {}, n=n, jobs=jobs)


def test_an_unknown_option_lists_all_but_the_seed():
    with pytest.raises(UnknownName) as refused:
        Varied.parse("=1")
    assert "seed" not in refused.value.hint

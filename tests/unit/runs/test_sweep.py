"""A sweep as a value: parsed, checked before anything is trained, written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import run_for

from allegory.errors import UserError
from allegory.runs.sweep import Job, SweepFolder, chosen_folder, parse_over, parse_seeds, vary
from allegory.runs.sweep_results import flatten


def swept(over=None, seeds=(0,), **fields):
    return vary(run_for("vae", **fields), over or {"beta": ["1", "4"]}, seeds)


def test_over():
    found = parse_over(["beta=1, 2,4", "kl-warmup=0,100"])
    assert found == {"beta": ["1", "2", "4"], "kl_warmup": ["0", "100"]}


@pytest.mark.parametrize("word", ["beta", "beta=", "=1,2", "beta=,"])
def test_over_nothing_is_told(word):
    with pytest.raises(UserError, match="takes a field and its values"):
        parse_over([word])


def test_a_field_given_twice_is_told():
    with pytest.raises(UserError, match="twice"):
        parse_over(["beta=1", "beta=2"])


@pytest.mark.parametrize(
    ("words", "seeds"), [("3", [0, 1, 2]), ("0,1,5", [0, 1, 5]), ("7,", [7]), ("0", [])]
)
def test_seeds(words, seeds):
    assert parse_seeds(words) == seeds


@pytest.mark.parametrize("words", ["x", "-1", "1.5", "", "0,,1", "20261123"])
def test_what_are_no_seeds_is_told(words):
    with pytest.raises(UserError, match="--seeds"):
        parse_seeds(words)


def test_values_get_the_type_of_their_field_and_are_not_repeated():
    sweep = swept(
        {"deviation": ["1", "1.0", "auto"], "latents": ["8", 2.0], "flip": ["true", False]}
    )
    assert sweep.over == {"deviation": (1.0, "auto"), "latents": (8, 2), "flip": (True, False)}
    assert isinstance(sweep.over["latents"][1], int)


@pytest.mark.parametrize(
    ("over", "seeds", "answer"),
    [
        ({"bta": ["1"]}, [0], "did you mean 'beta'"),
        ({"beta": ["1", "-3"]}, [0], "'beta': input should be greater than or equal to 0"),
        ({"network": ["tny"]}, [0], "'network'"),
        ({"seed": ["1"]}, [0], "--seeds"),
        ({"source": ["ring"]}, [0], "one source"),
        ({"factors": [["smile=0"]]}, [0], "can't be varied"),
        ({"beta": []}, [0], "no values"),
        ({}, [0], "say what to vary"),
        ({"beta": ["1"]}, [], "needs a seed"),
        ({"beta": ["1"]}, [-1], "'seed'"),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(over, seeds, answer):
    with pytest.raises(UserError, match=answer):
        vary(run_for("vae"), over, seeds)


def test_seeds_alone_can_differ():
    sweep = vary(run_for("vae"), {}, [0, 7])
    assert [job.name for job in sweep.jobs()] == ["seed=0", "seed=7"]
    assert [sweep.run_of(job).training.seed for job in sweep.jobs()] == [0, 7]


def test_every_combination_comes_once_seed_by_seed_and_is_that_run():
    sweep = swept({"beta": ["1", "4"], "latents": ["2", "3"]}, [0, 7])
    jobs = sweep.jobs()
    assert [str(job) for job in jobs[:2]] == [
        "beta=1, latents=2, seed=0",
        "beta=1, latents=3, seed=0",
    ]
    assert len({job.name for job in jobs}) == len(jobs) == 8
    assert jobs[-1].name == "beta=4,latents=3/seed=7"
    run = sweep.run_of(jobs[-1])
    assert (run.game.beta, run.game.latents, run.training.seed) == (4.0, 3, 7)
    assert run.data == sweep.run.data


PAIR = {"min_size": 2, "max_size": 2, "unique": True}


@given(st.lists(st.floats(0, 1e4), **PAIR) | st.lists(st.text(min_size=1, max_size=9), **PAIR))
def test_other_values_have_another_folder_and_stay_within_the_sweep(values):
    names = [Job({"field": value}, 0).name for value in values]
    assert names[0] != names[1]
    assert all(name.count("/") == 1 and "\\" not in name for name in names)


def test_through_toml_a_sweep_is_itself(tmp_path):
    sweep = swept({"deviation": ["auto", "1", "0.1"], "flip": ["true"], "latents": ["8"]}, [0, 4])
    SweepFolder(tmp_path).write(sweep)
    again = SweepFolder(tmp_path).read()
    assert again == sweep
    assert [type(v) for v in again.over["deviation"]] == [str, float, float]
    assert again.over["flip"][0] is True


@pytest.mark.parametrize("text", ["a = [", "seeds = [0]", "\xff"])
def test_a_damaged_file_is_told(tmp_path, text):
    (tmp_path / "sweep.toml").write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match=r"sweep\.toml (does not hold a sweep|is not TOML)"):
        SweepFolder(tmp_path).read()


def test_a_folder_goes_on_with_its_own_sweep_and_with_more_of_it_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sweep, more = swept(), swept({"beta": ["8", "1", "4"]}, [0, 1])
    folder = chosen_folder(None, "a", sweep)
    folder.write(sweep)
    assert chosen_folder(None, "a", sweep) == chosen_folder(None, "a", more) == folder
    assert chosen_folder(None, "a", swept(lr=0.1)).path.name == "a-2"
    for other in (swept({"beta": ["1"]}), swept({"lr": ["0.1"]}), swept(lr=0.1)):
        with pytest.raises(UserError, match="another sweep"):
            chosen_folder(folder.path, "a", other)


def test_the_value_that_a_varied_field_had_before_does_not_matter():
    assert swept(beta=2.0).continues(swept(beta=3.0))
    assert not swept(latents=2).continues(swept(latents=3))


def test_a_run_is_no_place_for_a_sweep(tmp_path):
    (tmp_path / "run.toml").touch()
    with pytest.raises(UserError, match="holds a run"):
        chosen_folder(tmp_path, "a", swept())


def test_an_evaluation_becomes_figures():
    scores = {
        "run": "runs/a",
        "n": 200,
        "measures": {
            "reconstruction": {
                "basis": {"n": 200},
                "figures": {"mse": {"value": 0.5, "low": 0.4, "high": 0.6}, "psnr": {"value": 9}},
                "seconds": 3.0,
            },
            "density": {"figures": {"broken": {"value": None}}, "detail": {"deep": 1.0}},
        },
        "seconds": 4.0,
    }
    assert flatten(scores) == {"reconstruction.mse": 0.5, "reconstruction.psnr": 9.0}


def test_a_misspelt_group_of_measures_is_told_before_anything_is_trained():
    with pytest.raises(UserError, match="did you mean 'density'"):
        vary(run_for("vae"), {"beta": ["1"]}, (0,), ["denssity"])
    chosen = vary(run_for("vae"), {"beta": ["1"]}, (0,), ["density", "reconstruction", "density"])
    assert chosen.measures == ("reconstruction", "density")

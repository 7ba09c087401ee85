"""Balancing a source by a run: table, subset, filled folder, and the examples of the docs."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import allegory
from allegory.cli.main import main
from allegory.errors import UserError

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

DOCS = Path(__file__).parents[3] / "docs"
N = 30


def draw_folder(folder, n=N):
    """Dark pictures and a few bright ones, in two classes, and a broken one."""
    rng = np.random.default_rng(0)
    rows = [("file_name", "age", "hair")]
    for i in range(n):
        tone = 200 if i < 4 else 60
        picture = rng.normal(tone, 12, (8, 8, 3)).clip(0, 255).astype(np.uint8)
        name = f"{'cat' if i % 2 else 'dog'}/{i:02}.png"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / name)
        rows.append((name, i, "fair" if i < 4 else "dark"))
    (folder / "cat" / "broken.png").write_bytes(b"no picture")
    with (folder / "metadata.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of pictures, and a run on it, in a cache of their own."""
    root = tmp_path_factory.mktemp("balance")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLEGORY_CACHE", str(root / "cache"))
        folder = draw_folder(root / "mine")
        fields = {"network": "tiny", "latents": 2, "images": 600, "batch": 8, "evaluations": 1}
        allegory.train("vae", folder, out=root / "run", **fields)
    return root


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_readable_file(made, tmp_path, capsys):
    out = tmp_path / "weights.csv"
    assert main(["balance", str(made / "run"), "--out", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = read(out)
    assert list(rows[0])[:4] == ["row", "file_name", "weight", "rarity"]
    assert len(rows) == N == found["examples"]
    assert found["skipped"] == 1
    weights = np.array([float(row["weight"]) for row in rows])
    assert weights.mean() == pytest.approx(1)
    assert found["effective"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    before, after = found["shares"]["hair"]["fair"]
    assert before == pytest.approx(4 / N)
    assert after > 1.5 * before
    assert set(found["shares"]) == {"age", "hair", "label"}


def test_within_a_column_its_shares_stay(made, tmp_path, capsys):
    out = str(tmp_path / "weights.csv")
    assert main(["balance", str(made / "run"), "--out", out, "--within", "hair", "--json"]) == 0
    for before, after in json.loads(capsys.readouterr().out)["shares"]["hair"].values():
        assert after == pytest.approx(before)


def test_the_same_from_python_and_for_another_source(made):
    found = allegory.balance(made / "run", str(made / "mine" / "cat"), alpha=np.inf)
    assert found.summary["examples"] == N // 2
    np.testing.assert_array_equal(found.table["weight"], 1)


def test_codes_that_are_about_some_classes_weigh_those_only(made, tmp_path, capsys):
    fields = {"network": "tiny", "latents": 2, "images": 64, "batch": 8, "evaluations": 1}
    run = allegory.train(
        "dbvae", made / "mine", label="label", positive="cat", out=tmp_path / "run", **fields
    )
    table = allegory.balance(run.folder.path).table
    cats = table["label"] == "cat"
    assert (table["weight"][~cats] == 1).all()
    assert np.ptp(table["weight"][cats]) > 0
    assert table["weight"][cats].mean() == pytest.approx(1)
    assert "(cat)" in capsys.readouterr().err
    out = tmp_path / "filled"
    allegory.balance(run.folder.path, out=out, generate=12, within="label", alpha=np.inf)
    new = [row for row in read(out / "metadata.csv") if row["generated"] == "yes"]
    assert [row["label"] for row in new] == ["cat"] * 12
    _, numbers = allegory.audit(run=run.folder.path, out=tmp_path / "audit")
    assert numbers["examples"] == cats.sum()


def test_a_selection_is_a_list(made, tmp_path, capsys):
    out = tmp_path / "chosen.csv"
    assert main(["balance", str(made / "run"), "--select", "9", "--out", str(out)]) == 0
    rows = read(out)
    assert len({row["file_name"] for row in rows}) == 9
    assert all((made / "mine" / row["file_name"]).exists() for row in rows)
    assert "share before" in capsys.readouterr().out


def test_or_copies_of_the_files_that_can_be_trained_on(made, tmp_path):
    out = tmp_path / "subset"
    allegory.balance(made / "run", out=out, select=9)
    rows = read(out / "metadata.csv")
    assert len(rows) == 9
    for row in rows:
        name = row["file_name"]
        assert (out / name).read_bytes() == (made / "mine" / name).read_bytes()
    data = allegory.open_data(out)
    assert set(data.columns) >= {"label", "hair", "age"}
    assert not data.skipped


def test_generated_examples_are_marked_and_in_the_training_split(made, tmp_path):
    out = tmp_path / "filled"
    found = allegory.balance(made / "run", out=out, generate=7, within="label")
    data = allegory.open_data(out)
    assert len(data) == N + 7
    table = data.table()
    generated = table["generated"]
    new = generated.values.astype(int) == generated.names.index("yes")
    assert new.sum() == 7 == found.summary["generated"]
    names = table["file_name"].values
    assert all(
        name.startswith("generated/") == bool(n) for name, n in zip(names, new, strict=True)
    )
    assert set(data.split("train").table()["file_name"].values) >= set(names[new])
    assert (table["label"].values >= 0).all()
    assert np.isnan(table["age"].values[new]).all()
    sizes = {name: len(data.splits[name]) for name in ("train", "validation", "test")}
    again = allegory.open_data(made / "mine")
    assert sizes["test"] == len(again.splits["test"])
    assert sizes["train"] == len(again.splits["train"]) + 7


def test_a_filled_folder_is_filled_once_more_and_keeps_what_was_made_before(made, tmp_path):
    first, out = tmp_path / "first", tmp_path / "second"
    allegory.balance(made / "run", out=first, generate=5)
    allegory.balance(made / "run", str(first), out=out, generate=4)
    rows = read(out / "metadata.csv")
    assert len({row["file_name"] for row in rows}) == len(rows) == N + 9
    assert sum(row["generated"] == "yes" for row in rows) == 9
    for path in (first / "generated").iterdir():
        assert (out / "generated" / path.name).read_bytes() == path.read_bytes()


def test_a_column_called_x_is_not_taken_for_the_examples(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 4, 4), np.uint8)
    folder = tmp_path / "mine"
    folder.mkdir()
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(folder / f"{i:02}.png")
    rows = "".join(f"{i:02}.png,{i}\n" for i in range(40))
    (folder / "metadata.csv").write_text(f"file_name,x\n{rows}")
    fields = {"network": "tiny", "latents": 2, "images": 64, "batch": 8, "evaluations": 1}
    run = allegory.train("vae", folder, out=tmp_path / "run", **fields)
    out = tmp_path / "filled.npz"
    allegory.balance(run.folder.path, out=out, generate=2)
    with np.load(out) as arrays:
        assert arrays["x"].shape == (42, 4, 4, 1)
        assert arrays["x (data)"][:40].tolist() == list(range(40))


def test_names_in_an_array_do_not_lead_out_of_the_folder(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 4, 4), np.uint8)
    names = np.array([f"a/{i}.png" for i in range(40)])
    names[:3] = ["../out.png", str(tmp_path / "out.png"), ""]
    np.savez(tmp_path / "x.npz", x=pixels, file_name=names)
    fields = {"network": "tiny", "latents": 2, "images": 64, "batch": 8, "evaluations": 1}
    run = allegory.train("vae", tmp_path / "x.npz", out=tmp_path / "run", **fields)
    allegory.balance(run.folder.path, out=tmp_path / "all", select=40)
    found = {row["file_name"] for row in read(tmp_path / "all" / "metadata.csv")}
    assert found == {"000000.png", "000001.png", "000002.png", *names[3:]}
    assert not list(tmp_path.glob("*.png"))


def test_vectors_and_arrays_go_to_one_file(made, tmp_path):
    x = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x, label=np.array(["a", "b"] * 20))
    fields = {"network": "tiny", "images": 200, "batch": 8, "evaluations": 1}
    run = allegory.train("vae", tmp_path / "x.npz", out=tmp_path / "run", **fields)
    out = tmp_path / "filled.npz"
    allegory.balance(run.folder.path, out=out, select=20, generate=5, within="label")
    with np.load(out) as arrays:
        assert arrays["x"].shape == (25, 3)
        assert arrays["generated"].tolist() == ["no"] * 20 + ["yes"] * 5
    assert len(allegory.open_data(out)) == 25
    with pytest.raises(UserError, match="vectors"):
        allegory.balance(run.folder.path, out=tmp_path / "folder", generate=5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--within", "har"], "did you mean 'hair'"),
        (["--within", "age"], "takes a column of categories"),
        (["--select", "31"], "from 1 to 30"),
        (["--generate", "0"], "1 or more"),
        (["--generate", "3", "--out", "x.csv"], "name a folder"),
        (["--out", "x.txt"], ".csv"),
        (["--out", "weights"], "weights are written as a table"),
        (["--alpha", "-1"], "alpha"),
        (["--cap", "0.2"], "cap"),
    ],
)
def test_mistakes_are_told_in_a_sentence(made, options, said, capsys):
    assert main(["balance", str(made / "run"), *options]) == 2
    assert said in capsys.readouterr().err


def test_a_model_that_cannot_encode_says_what_would_work(made, tmp_path, capsys):
    fields = {"network": "tiny", "images": 16, "batch": 8, "evaluations": 1}
    allegory.train("classifier", made / "mine", out=tmp_path / "run", **fields)
    assert main(["balance", str(tmp_path / "run")]) == 2
    assert "'balance' needs a model that finds the latent code" in capsys.readouterr().err


def snippets():
    text = (DOCS / "systems" / "balance.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_examples_of_the_docs_run(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = allegory.balance(made / "run", out="weights.csv")
    sampling, counting = snippets()
    space = {"dataset": list(range(N))}
    exec(sampling, space)
    drawn = np.concatenate(
        [np.concatenate([b.numpy() for b in space["loader"]]) for _ in range(200)]
    )
    often = np.bincount(drawn, minlength=N) / 200
    np.testing.assert_allclose(often, found.table["weight"], atol=0.5)
    space = {"features": np.random.default_rng(0).normal(size=(N, 2)), "labels": np.arange(N) % 2}
    exec(counting, space)
    assert space["classifier"].coef_.shape == (1, 2)

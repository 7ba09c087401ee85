"""Commands on models without an encoder, and with classes: no recipe is needed to try them."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from allegory import open_data
from allegory.cli.main import main
from allegory.errors import UserError
from allegory.media import Images
from allegory.report.files import write_folder
from allegory.runs.folder import RunFolder
from fakes import LinearClasses, LinearCoder, LinearGenerator, plain

# the parser is asked for its options as other releases of tyro allow it too
pytestmark = pytest.mark.filterwarnings("ignore:get_parser:DeprecationWarning")

SMALL = Images("L", 6, 6)


def axes_of(media, latents=2):
    size = torch.Size(media.shape).numel()
    return torch.randn(latents, size, generator=torch.Generator().manual_seed(0)) / 4


@pytest.fixture
def use(monkeypatch, tmp_path):
    """Makes every run's model this one; commands then run in a folder of their own."""

    def use(model, data=None):
        run = SimpleNamespace(data=SimpleNamespace(source=data or "nothing"))
        monkeypatch.setattr(RunFolder, "model", lambda self, which="best", device="auto": model)
        monkeypatch.setattr(RunFolder, "run", lambda self: run)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / "run.toml").touch()
        return tmp_path

    return use


@pytest.fixture
def classes(use):
    return use(LinearClasses(SMALL, axes_of(SMALL), limit=1.0))


@pytest.fixture
def vectors(use):
    return use(LinearClasses(plain(2), axes_of(plain(2))))


def call(*words):
    assert main([str(word) for word in words]) == 0


def refused(capsys, *words):
    assert main([str(word) for word in words]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("allegory: ")
    return line


def size(path):
    with Image.open(path) as picture:
        return picture.size


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def picture(path):
    values = np.random.default_rng(0).integers(0, 255, (9, 9), np.uint8)
    Image.fromarray(values).save(path)
    return path


def test_labels_get_a_row_each(classes):
    call("sample", "run", "--label", "boot", "sandal", "-n", "5", "--out", "two.png")
    call("sample", "run", "--label", "all", "-n", "5", "--out", "all.png")
    call("sample", "run", "--label", "boot", "-n", "9", "--out", "one.png")
    two, three, one = (size(classes / f"{name}.png") for name in ("two", "all", "one"))
    assert (three[1] + 2) * 2 == (two[1] + 2) * 3
    assert one[0] == one[1]


def test_samples_as_single_files_are_a_data_set(classes):
    call("sample", "run", "--label", "boot", "sandal", "-n", "3", "--out", "files")
    rows = rows_of(classes / "files" / "metadata.csv")
    assert [row["file_name"] for row in rows] == [f"{i:06}.png" for i in range(6)]
    assert [row["label"] for row in rows] == ["boot"] * 3 + ["sandal"] * 3
    data = open_data(classes / "files")
    assert data.media == SMALL
    assert data.columns["label"].names == ("boot", "sandal")
    call("sample", "run", "-n", "3", "--out", "plain")
    assert len(list((classes / "plain").iterdir())) == 3
    assert not [path for path in classes.iterdir() if path.name.startswith(".")]


def test_samples_as_numbers(classes):
    call("sample", "run", "-n", "4", "--truncation", "0.5", "--out", "x.npy")
    assert np.load(classes / "x.npy", allow_pickle=False).shape == (4, 1, 6, 6)
    call("sample", "run", "--label", "all", "-n", "20", "--out", "x.npz")
    with np.load(classes / "x.npz", allow_pickle=False) as arrays:
        assert arrays["x"].shape == (60, 1, 6, 6)
        assert arrays["label"][20] == "sneaker"
    assert open_data(classes / "x.npz").columns["label"].names == ("boot", "sandal", "sneaker")


def test_samples_of_vectors(vectors, capsys):
    call("sample", "run", "--label", "all", "--out", "classes.png")
    call("sample", "run", "--out", "x.npy")
    assert np.load(vectors / "x.npy", allow_pickle=False).shape == (64, 2)
    assert ".npy or .npz" in refused(capsys, "sample", "run", "--out", "files")


def test_a_folder_that_is_in_use_is_refused_and_an_empty_one_taken(classes, capsys):
    (classes / "files").mkdir()
    call("sample", "run", "-n", "2", "--out", "files")
    assert "'files' is not empty" in refused(capsys, "sample", "run", "--out", "files")
    (classes / "file").write_text("")
    assert "it is a file" in refused(capsys, "sample", "run", "--out", "file")
    assert "cannot write" in refused(capsys, "sample", "run", "--out", "file/deeper")


def test_pictures_that_can_not_all_be_written_leave_no_folder(tmp_path, monkeypatch):
    def fail(self, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(UserError, match="No space left"):
        write_folder(torch.zeros(2, 1, 6, 6), SMALL, tmp_path / "files")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("sample", "run", "--label", "sneeker"), "did you mean 'sneaker'"),
        (("sample", "run", "--label", "all", "sandal"), "unknown class 'all'"),
        (("sample", "run", "--labl", "boot"), "did you mean '--label'"),
        (("sample", "run", "--truncation", "0"), "truncation must be a number above 0"),
        (("sample", "run", "--truncation", "much"), "--truncation"),
        (("sample", "run", "--out", "x.gif"), ".webp, .bmp, .tif, .tiff, .npy, .npz, or a folder"),
        (("sample", "run", "--draw", "codes", "--truncation", "1"), "leave one out"),
        (("interpolate", "run", "--label", "sneeker"), "did you mean 'sneaker'"),
        (("traverse", "run", "--label", "sneeker"), "did you mean 'sneaker'"),
        (("traverse", "run", "--along", "direction"), "directions"),
        (("traverse", "run", "--along", "directions", "--latent", "1"), "leave out --along"),
        (("traverse", "run", "--latent", "9"), "no latent 9: the model has 0 to 1"),
        (("invert",), "folder of the run"),
        (("invrt", "run"), "did you mean 'invert'"),
        (("invert", "run", "none.png"), "no such file: none.png"),
        (("invert", "run", "nowhere"), "nowhere"),
        (("invert", "run", "-n", "0"), "must be at least 1"),
        (("invert", "run", "--seeds", "3"), "did you mean '--seed'"),
    ],
)
def test_mistakes_are_told(classes, capsys, words, answer):
    assert answer in refused(capsys, *words)


def test_what_a_model_lacks_is_told(use, capsys):
    use(LinearGenerator(SMALL, axes_of(SMALL)))
    for verb in ("sample", "traverse", "interpolate", "invert"):
        line = refused(capsys, verb, "run", "--label", "boot")
        assert "(Conditional), and this one does not" in line
    use(LinearCoder(SMALL, torch.zeros(36), axes_of(SMALL)))
    assert "(Samples)" in refused(capsys, "sample", "run", "--truncation", "1")


@pytest.mark.parametrize("verb", ["invert", "sample", "traverse", "interpolate"])
def test_help(capsys, verb):
    with pytest.raises(SystemExit) as stop:
        main([verb, "--help"])
    assert stop.value.code == 0
    assert "--label" in capsys.readouterr().out


def test_invert_pictures_by_name(classes, capsys):
    call("sample", "run", "-n", "2", "--label", "sandal", "--out", "own")
    files = sorted((classes / "own").glob("*.png"))
    call("invert", "run", *files, "--out", "found", "--label", "sandal")
    assert size(classes / "found/inverted.png")[0] > 60
    rows = rows_of(classes / "found/codes.csv")
    names = ["row", "file_name", "z0", "z1", "std0", "std1", "mse", "nearest_mse"]
    assert list(rows[0]) == names
    assert [row["file_name"] for row in rows] == [str(file) for file in files]
    assert all(float(row["mse"]) < float(row["nearest_mse"]) for row in rows)
    assert " dB), of the nearest draw" in capsys.readouterr().err


def test_invert_a_source(classes, capsys):
    (classes / "own").mkdir()
    for i in range(5):
        picture(classes / "own" / f"{i}.png")
    call("invert", "run", "own", "-n", "3", "--out", "found")
    assert "3 of the 5 examples" in capsys.readouterr().err
    assert len(rows_of(classes / "found/codes.csv")) == 3


def test_invert_vectors(vectors, capsys):
    np.save(vectors / "rows.npy", np.random.default_rng(0).normal(size=(4, 2)))
    call("invert", "run", "rows.npy", "--out", "found")
    assert len(rows_of(vectors / "found/codes.csv")) == 4
    assert " dB)" not in capsys.readouterr().err


def test_own_pictures_of_a_model_without_encoder_are_searched_for(classes, capsys):
    own = picture(classes / "own.png")
    call("traverse", "run", "--image", own, "--frames", "3", "--out", "t.png")
    said = capsys.readouterr().err
    assert "can't encode" in said
    assert "2 directions, the strongest first" in said
    call("interpolate", "run", "--from", own, "--to", own, "--label", "boot", "--out", "i.png")
    assert "can't encode" in capsys.readouterr().err


def test_traverse_along_either(classes, capsys):
    call("traverse", "run", "--along", "latents", "--out", "t.png")
    assert "2 latents" in capsys.readouterr().err
    call("traverse", "run", "--latent", "1", "--centre", "--out", "t.png")
    assert "1 latents" in capsys.readouterr().err
    call("traverse", "run", "--label", "boot", "-n", "1", "--out", "t.gif")
    assert "1 directions" in capsys.readouterr().err

"""Which one is real?"""

import io
import shutil

import numpy as np
import pytest
import soundfile
import torch

from allegory.media import Images, Sound
from allegory.studio.quiz import Quiz, Round, _seen, _words, make_quiz
from allegory.studio.scores import Scores, machine, rate
from studios import client_of, sentence


@pytest.fixture
def game(runs, tmp_path):
    """A client of a copy of the runs: scores are kept in it."""
    with client_of(shutil.copytree(runs, tmp_path / "runs")) as client:
        yield client


def begin(client, **wanted):
    answer = client.post("/api/runs/spots/quizzes", json={"rounds": 4, **wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()["quiz"]


def answers(client, key):
    """The right answers, as only the server knows them."""
    return [one.answer for one in client.app.state.studio.games.find(key).rounds]


@pytest.mark.parametrize("mode", ["pairs", "single"])
@pytest.mark.parametrize("right", [True, False])
def test_a_game_from_begin_to_end(game, mode, right):
    key = begin(game, mode=mode, player="Ada")
    for k, answer in enumerate(answers(game, key)):
        for which in range(2 if mode == "pairs" else 1):
            picture = game.get(f"/api/quizzes/{key}/{k}/pictures/{which}")
            assert picture.content.startswith(b"\x89PNG")
        choice = answer if right else 1 - answer
        found = game.post(f"/api/quizzes/{key}/{k}", json={"choice": choice, "seconds": 0.5})
        assert found.json() == {"right": right, "answer": answer}
    result = game.get(f"/api/quizzes/{key}").json()
    assert result["you"]["mean"] == (0.0 if right else 1.0)
    assert result["everyone"] == {"players": 1, **result["you"]}
    assert result["machine"] is None
    for k, one in enumerate(result["rounds"]):
        shown = game.get(f"/api/quizzes/{key}/{k}/neighbour").status_code
        assert (shown == 200) == one["generated"]
        assert bool(one["words"]) == one["generated"]


def test_sounds_are_heard_not_seen_for_a_second(game, monkeypatch):
    sound = Sound(8_000, 256, 64, 40.0, 4_000.0, -80.0)
    media = Images("L", 16, 16, sound=sound)
    rounds = [Round([torch.zeros(1, 16, 16)] * 2, [True, False])]
    game.app.state.studio.games.add(Quiz("tones", "spots", "Ada", "pairs", False, rounds, media))
    heard = game.get("/api/quizzes/tones/0/sounds/1")
    assert heard.headers["content-type"] == "audio/wav"
    wave, rate = soundfile.read(io.BytesIO(heard.content))
    assert (len(wave), rate) == (15 * 64, 8_000)
    key = begin(game, timed=True)
    assert game.get(f"/api/quizzes/{key}/0/sounds/0").status_code == 404
    assert game.app.state.studio.games.find(key).timed
    monkeypatch.setattr("allegory.studio.quiz.sounding", lambda _: True)
    assert not game.app.state.studio.games.find(begin(game, timed=True)).timed


def test_a_smooth_picture_is_called_no_copy():
    assert len(_words(0.01, 0.01, "pictures")) == 1
    assert "smoother" in _words(0.01, 0.01, "pictures")[0]
    assert "nearly one" in _words(0.5, 0.01, "pictures")[0]
    assert "Nothing" in _words(0.5, 0.5, "pictures")[0]


def test_nothing_is_told_before_the_end(game):
    key = begin(game)
    assert "not over" in sentence(game.get(f"/api/quizzes/{key}"))
    assert game.get(f"/api/quizzes/{key}/0/neighbour").status_code == 404


def test_the_first_answer_counts(game):
    key = begin(game)
    assert game.post(f"/api/quizzes/{key}/0", json={"choice": 0}).status_code == 200
    assert "already" in sentence(game.post(f"/api/quizzes/{key}/0", json={"choice": 1}))


def test_what_is_no_game_or_round_is_told(game):
    key = begin(game)
    assert game.get(f"/api/quizzes/{key}/9/pictures/0").status_code == 404
    assert game.post("/api/quizzes/nothing/0", json={"choice": 1}).status_code == 400
    assert game.post(f"/api/quizzes/{key}/0", json={"choice": 2}).status_code == 422
    assert "fewer rounds" in sentence(game.post("/api/runs/spots/quizzes", json={"rounds": 60}))


def test_single_pictures_are_half_real_and_pairs_have_no_side(runs):
    from allegory.runs.folder import RunFolder

    folder = RunFolder(runs / "spots")
    model, options = folder.model(), {"player": "x", "timed": False}
    for _ in range(3):
        single = make_quiz(folder, model, mode="single", rounds=6, **options)
        assert sum(one.answer for one in single.rounds) == 3
    pairs = [make_quiz(folder, model, mode="pairs", rounds=6, **options) for _ in range(5)]
    left = sum(one.answer for quiz in pairs for one in quiz.rounds)
    assert 3 <= left <= 27  # of 30 coins: else once in 300,000 times


def test_generated_pictures_are_binary_where_real_ones_are():
    x = torch.zeros(4, 1, 8, 8)
    rng = np.random.default_rng(0)
    assert set(_seen(x, Images("L", 8, 8, binary=True), rng).unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(_seen(x + 3, Images("L", 8, 8), rng), x + 1)


def test_scores_of_other_runs_and_ways_to_play_are_kept_apart(tmp_path):
    scores = Scores(tmp_path)
    one = [Round([], [True, False])]
    media = Images("L", 4, 4)
    quiz = Quiz("a", "run", "Ada", "pairs", False, one, media)
    scores.keep(quiz, 0, True, None)
    scores.keep(Quiz("b", "run", "Bob", "pairs", False, one, media), 0, False, 1.0)
    scores.keep(Quiz("c", "other", "Ada", "pairs", False, one, media), 0, True, 1.0)
    scores.keep(Quiz("d", "run", "Ada", "pairs", True, one, media), 0, True, 1.0)
    assert Scores(tmp_path).of_run(quiz) == {"players": 2, **rate(1, 2)}


def test_the_machine_errs_where_its_test_does_not_tell():
    class Folder:
        def scores(self):
            figure = {"value": 0.75, "low": 0.7, "high": 0.8}
            return {"measures": {"two-sample": {"figures": {"logistic": figure}}}}

    assert machine(Folder()) == pytest.approx({"mean": 0.25, "low": 0.2, "high": 0.3})

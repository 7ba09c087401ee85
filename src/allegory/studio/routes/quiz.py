"""Which one is real? Rounds, answers, and what they came to."""

from __future__ import annotations

from collections import OrderedDict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from allegory.errors import UserError
from allegory.report.sounds import sound_bytes, sounding
from allegory.studio.quiz import MOST, Mode, Quiz, make_quiz, picture_bytes, review
from allegory.studio.routes.runs import Here, Id
from allegory.studio.scores import machine, rate

__all__ = ["Games", "quizzing"]

quizzing = APIRouter(prefix="/api", tags=["quiz"])
PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
WAV: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/wav": {}}}}
KEPT = 100
"""Games in memory: the oldest is forgotten."""
Key = Annotated[str, Path(max_length=64, description="A game, as its first answer named it.")]
Number = Annotated[int, Path(ge=0, lt=MOST, description="A round, from 0.")]


class Wanted(BaseModel):
    """The game that is wanted."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode = "pairs"
    rounds: int = Field(20, ge=2, le=MOST)
    timed: bool = False
    player: str = Field("", max_length=40)


class Choice(BaseModel):
    """An answer: of a pair, which one is real; of one picture, 1 for real, 0 for generated."""

    model_config = ConfigDict(extra="forbid")

    choice: int = Field(ge=0, le=1)
    seconds: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)


class Games:
    """The games that are being played."""

    def __init__(self) -> None:
        self.games: OrderedDict[str, Quiz] = OrderedDict()

    def add(self, quiz: Quiz) -> None:
        """Keep a game."""
        self.games[quiz.id] = quiz
        while len(self.games) > KEPT:
            self.games.popitem(last=False)

    def find(self, key: str) -> Quiz:
        """The game of this name.

        Raises:
            UserError: there is none.
        """
        if key not in self.games:
            raise UserError("this game is over: the studio was started anew. Begin another.")
        return self.games[key]


@quizzing.post("/runs/{id}/quizzes", status_code=201)
async def begin(id: Id, wanted: Wanted, studio: Here) -> dict[str, Any]:
    """Begin a game on a run's model and its held-out data."""

    def make() -> Quiz:
        return make_quiz(
            studio.shelf.run(id),
            studio.shelf.model(id),
            player=wanted.player.strip(),
            mode=wanted.mode,
            timed=wanted.timed,
            rounds=wanted.rounds,
        )

    quiz = await studio.work(make)
    quiz.player = quiz.player or f"someone {quiz.id}"
    studio.games.add(quiz)
    return {"quiz": quiz.id, "rounds": len(quiz.rounds), "sounds": sounding(quiz.media)}


@quizzing.get("/quizzes/{key}/{number}/pictures/{which}", response_class=Response, responses=PNG)
async def picture(
    key: Key, number: Number, which: Annotated[int, Path(ge=0, le=1)], studio: Here
) -> Response:
    """A picture of a round."""
    one = _round(studio.games.find(key), number)
    if which >= len(one.pictures):
        raise HTTPException(404)
    return Response(picture_bytes(one.pictures[which]), media_type="image/png")


@quizzing.get("/quizzes/{key}/{number}/sounds/{which}", response_class=Response, responses=WAV)
async def sound(
    key: Key, number: Number, which: Annotated[int, Path(ge=0, le=1)], studio: Here
) -> Response:
    """A sound of a round, real or not by the same way: from the picture of its spectrogram."""
    quiz = studio.games.find(key)
    one = _round(quiz, number)
    if which >= len(one.pictures) or not sounding(quiz.media):
        raise HTTPException(404)
    content = await studio.work(lambda: sound_bytes(one.pictures[which], quiz.media))
    return Response(content, media_type="audio/wav")


@quizzing.get("/quizzes/{key}/{number}/neighbour", response_class=Response, responses=PNG)
async def neighbour(key: Key, number: Number, studio: Here) -> Response:
    """The training example nearest to the generated picture of a round; after the game."""
    found = studio.games.find(key).neighbours.get(number)
    if found is None:
        raise HTTPException(404)
    return Response(picture_bytes(found), media_type="image/png")


@quizzing.post("/quizzes/{key}/{number}")
def answer(key: Key, number: Number, given: Choice, studio: Here) -> dict[str, Any]:
    """Answer a round; the first answer counts."""
    quiz = studio.games.find(key)
    one = _round(quiz, number)
    if one.choice is not None:
        raise UserError("this round is answered already.")
    one.choice = given.choice
    studio.scores.keep(quiz, number, given.choice != one.answer, given.seconds)
    return {"right": given.choice == one.answer, "answer": one.answer}


@quizzing.get("/quizzes/{key}")
async def result(key: Key, studio: Here) -> dict[str, Any]:
    """What a game came to, beside all players and the machine; each share is of wrong answers."""
    quiz = studio.games.find(key)
    if not quiz.done():
        raise UserError("the game is not over: answer every round first.")
    folder = studio.shelf.run(quiz.run)
    if not quiz.given_away:
        await studio.work(lambda: review(folder, studio.shelf.model(quiz.run), quiz))
    wrong = sum(one.choice != one.answer for one in quiz.rounds)
    return {
        "you": rate(wrong, len(quiz.rounds)),
        "everyone": studio.scores.of_run(quiz),
        "machine": machine(folder),
        "folder": f"{studio.shelf.path.name}/{quiz.run}",
        "rounds": [
            {
                "pictures": len(one.pictures),
                "answer": one.answer,
                "choice": one.choice,
                **quiz.given_away[k],
            }
            for k, one in enumerate(quiz.rounds)
        ],
    }


def _round(quiz: Quiz, number: int) -> Any:
    if number >= len(quiz.rounds):
        raise HTTPException(404)
    return quiz.rounds[number]

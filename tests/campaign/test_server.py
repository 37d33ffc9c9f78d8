"""The control socket: framing, refusals, events, slow readers, mode 0600, long paths."""

import json
import socket
import stat
import threading
import time

import pytest

from pimp_tui.campaign.board import Board
from pimp_tui.campaign.server import ControlServer
from pimp_tui.errors import UserError
from pimp_tui.session.control import ControlClient, socket_path


@pytest.fixture
def served(tmp_path):
    board = Board(time.monotonic)
    server = ControlServer(tmp_path, board)
    yield tmp_path, board, server
    server.close()


def test_socket_is_private_and_goes_away(served):
    session, _, server = served
    assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
    server.close()
    assert not server.path.exists()
    with pytest.raises(ConnectionError):
        ControlClient(session)


def test_a_deleted_socket_is_made_again(served):
    session, board, server = served
    with ControlClient(session) as held:
        server.path.unlink()
        deadline = time.monotonic() + 10
        while not server.path.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert stat.S_IMODE(server.path.stat().st_mode) == 0o600
        with ControlClient(session) as client:
            client.request("pause")
        assert board.pause.is_set()
        held.request("resume")  # who was connected still is
        assert not board.pause.is_set()


def test_closing_leaves_alone_the_socket_of_another_runner(served):
    session, _, server = served
    server.path.unlink()
    other = ControlServer(session, Board(time.monotonic))
    try:
        server.close()
        with ControlClient(session) as client:
            assert client.request("ping")["ok"]
    finally:
        other.close()


def test_commands_set_what_the_runner_reads(served):
    session, board, _ = served
    with ControlClient(session) as client:
        client.request("pause")
        assert board.pause.is_set()
        client.request("resume")
        assert not board.pause.is_set()
        client.request("skip")
        client.request("stop")
        assert board.skip.is_set() and board.stop.is_set()
        board.update(state="running", runs_done=3)
        assert client.request("status")["status"]["runs_done"] == 3
        with pytest.raises(UserError, match="no command 'dance'"):
            client.request("dance")


def raw(session, *lines: bytes) -> list[dict]:
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(str(socket_path(session)))
        plain.settimeout(5)
        plain.sendall(b"".join(lines))
        reader = plain.makefile("rb")
        return [json.loads(reader.readline()) for _ in lines]


def test_framing_is_the_contract(served):
    session, _, _ = served
    answers = raw(
        session, b'{"v":1,"id":"a","cmd":"ping"}\n', b"not json\n", b'{"v":9,"id":2,"cmd":"ping"}\n'
    )
    assert answers[0] == {"id": "a", "ok": True, "error": None}
    assert answers[1]["ok"] is False and answers[2]["ok"] is False
    assert "version 1" in answers[2]["error"]


def test_who_comes_in_the_middle_of_a_run_is_told_when_it_began():
    clock = iter(float(n) for n in range(100))
    board = Board(lambda: next(clock))
    board.update(config_id="a", repetition=1, phase="measure")
    began = board.state["since_t_s"]
    board.update(runs_done=3)
    board.update(phase="measure")
    assert board.snapshot()["since_t_s"] == began < board.snapshot()["t_s"]
    board.update(phase="score")
    assert board.snapshot()["since_t_s"] > began


def test_subscriber_gets_state_then_events(served):
    session, board, _ = served
    board.update(state="running")
    seen = []

    def read():
        with ControlClient(session) as client:
            for event in client.events():
                seen.append(event)
                if event["event"] == "run":
                    return

    thread = threading.Thread(target=read)
    thread.start()
    deadline = time.monotonic() + 5
    while thread.is_alive() and time.monotonic() < deadline:
        board.tell("run", config_id="x")
        time.sleep(0.02)
    thread.join(5)
    assert seen[0]["event"] == "state" and seen[0]["state"] == "running"
    assert isinstance(seen[0]["t_s"], float) and seen[-1]["config_id"] == "x"


def test_slow_reader_never_blocks_the_runner_and_loses_the_oldest(served):
    session, board, _ = served
    with ControlClient(session) as client:
        client.request("subscribe")
        begun = time.monotonic()
        for number in range(20_000):
            board.tell("sample", number=number, filler="x" * 400)
        assert time.monotonic() - begun < 5
        client._socket.settimeout(2)
        last = None
        try:
            for line in client._lines:
                last = json.loads(line).get("number", last)
        except TimeoutError:
            pass
        assert last == 19_999


def test_long_path_moves_to_the_runtime_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "r"))
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    server = ControlServer(deep, Board(time.monotonic))
    try:
        assert server.path is not None and not server.path.is_relative_to(deep)
        with ControlClient(deep) as client:
            assert client.request("ping")["ok"]
    finally:
        server.close()

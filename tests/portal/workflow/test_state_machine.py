"""State machines: tables that are whole, moves that are legal, diagrams that follow."""

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from portal.workflow.errors import NotNow
from portal.workflow.state_machine import StateMachine, machines, table, words


class Light(models.TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"
    OUT_OF_ORDER = "out_of_order", "Out of order"


OWNERS = {"red": "driver", "green": "driver", "out_of_order": "nobody"}


def light(**moves: str) -> StateMachine:
    return StateMachine("test light", Light, moves=table(**moves), owners=OWNERS, initial="red")


@pytest.fixture(autouse=True)
def forget_test_machine():
    yield
    machines.pop("test light", None)


def test_allows_only_what_the_table_says():
    machine = light(red="green out_of_order", green="red", out_of_order="")

    assert machine.allows("red", "green")
    assert not machine.allows("green", "out_of_order")
    with pytest.raises(NotNow, match="Test light is out of order and cannot become red"):
        machine.check("out_of_order", "red")


def test_a_state_without_moves_is_final():
    machine = light(red="green", green="red", out_of_order="")

    assert [state.value for state in Light if machine.is_final(state)] == ["out_of_order"]


def test_a_forgotten_state_is_refused_at_import():
    with pytest.raises(ValueError, match="no row of moves for out_of_order"):
        light(red="green", green="red")


def test_a_forgotten_owner_is_refused_at_import():
    with pytest.raises(ValueError, match="no owner for green"):
        StateMachine(
            "test light",
            Light,
            moves=table(red="", green="", out_of_order=""),
            owners={"red": "x", "out_of_order": "x"},
            initial="red",
        )


def test_a_move_to_nowhere_is_refused_at_import():
    with pytest.raises(ValueError, match="unknown states blue"):
        light(red="blue", green="", out_of_order="")


def test_diagram_lists_every_move_and_every_end():
    assert light(red="green out_of_order", green="red", out_of_order="").diagram() == (
        "```mermaid\nstateDiagram-v2\n    [*] --> red\n    red --> green\n    red --> out_of_order\n"
        "    green --> red\n    out_of_order --> [*]\n```"
    )


def test_words_read_as_a_sentence():
    assert words("out_of_order") == "out of order"


@given(st.data())
def test_walking_any_machine_never_leaves_its_states(data):
    machine = machines[data.draw(st.sampled_from(sorted(machines)))]
    state = machine.initial
    for _ in range(20):
        if machine.is_final(state):
            break
        state = data.draw(st.sampled_from(sorted(machine.moves[state])))
        assert state in {str(known.value) for known in machine.states}


def test_every_state_can_be_reached_from_the_first():
    for machine in machines.values():
        seen, left = {machine.initial}, [machine.initial]
        while left:
            for new in machine.moves[left.pop()]:
                if new not in seen:
                    seen.add(new)
                    left.append(new)
        assert seen == {str(state.value) for state in machine.states}, machine.name

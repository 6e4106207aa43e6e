from server.gateways.circuit import Circuit


class Hand:
    """Of a clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(hand: Hand) -> Circuit:
    circuit = Circuit(failures=3, rest=30.0, clock=hand)
    for _ in range(3):
        assert circuit.lets_through()
        circuit.failed()
    return circuit


def test_after_failures_in_a_row_nobody_is_let_through_for_a_while() -> None:
    hand = Hand()
    circuit = opened(hand)
    assert not circuit.lets_through()
    hand.now = 29.9
    assert not circuit.lets_through()


def test_after_the_rest_one_call_is_tried_and_a_success_lets_all_through() -> None:
    hand = Hand()
    circuit = opened(hand)
    hand.now = 30.0
    assert [circuit.lets_through() for _ in range(3)] == [True, False, False]
    circuit.succeeded()
    assert [circuit.lets_through() for _ in range(3)] == [True, True, True]


def test_a_failure_after_the_rest_begins_another() -> None:
    hand = Hand()
    circuit = opened(hand)
    hand.now = 30.0
    assert circuit.lets_through()
    circuit.failed()
    hand.now = 59.9
    assert not circuit.lets_through()
    hand.now = 60.0
    assert circuit.lets_through()


def test_failures_that_are_not_in_a_row_change_nothing() -> None:
    circuit = Circuit(failures=2)
    for _ in range(5):
        circuit.failed()
        circuit.succeeded()
    assert circuit.lets_through()

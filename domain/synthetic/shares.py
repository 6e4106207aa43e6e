from collections.abc import Sequence


def shared_out(total: int, weights: Sequence[float]) -> list[int]:
    """Whole shares of `total` in proportion to the weights (largest remainder); they add up to it exactly."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: shares[place] - exact[place])
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares

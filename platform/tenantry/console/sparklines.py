"""Draw a row's calls as one small line, without a script."""

WIDTH, HEIGHT = 120, 24  # of the view box


def path(values: tuple[float, ...]) -> str:
    """`d` of an SVG path; a flat line at the bottom where nothing was called."""
    if len(values) < 2:
        return f"M0 {HEIGHT}H{WIDTH}"
    top, step = max(values) or 1, WIDTH / (len(values) - 1)
    # A pixel is left free at both edges, which the line's own width needs.
    points = (
        f"{index * step:.1f} {HEIGHT - 1 - value / top * (HEIGHT - 2):.1f}"
        for index, value in enumerate(values)
    )
    return "M" + "L".join(points)

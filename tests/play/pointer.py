"""What a person does in a window of matplotlib's, as events."""
import io

import numpy as np
from matplotlib.backend_bases import MouseEvent


def pointer(kind, ax, x, y):
    """The event `kind` of the left button at (x, y) of the axes, in the axes' own numbers."""
    canvas = ax.figure.canvas
    event = MouseEvent(f"{kind}_event", canvas, *ax.transData.transform((x, y)), button=1)
    canvas.callbacks.process(event.name, event)


def click(ax, x, y):
    """Press and release at one place."""
    pointer("button_press", ax, x, y)
    pointer("button_release", ax, x, y)


def click_button(window, name):
    """Click a button of the window in its middle."""
    click(window.buttons[name].ax, 0.5, 0.5)


def fire(timer):
    """What a timer does when its time has come."""
    for function, arguments, named in timer.callbacks:
        function(*arguments, **named)


def saved(window):
    """What a picture of the window shows, likewise."""
    buffer = io.BytesIO()
    window.figure.savefig(buffer, format="rgba", dpi=100)
    return np.frombuffer(buffer.getvalue(), np.uint8).reshape(drawn(window).shape)


def drawn(window):
    """The pixels that the figure's canvas shows, (height, width, 4)."""
    return np.array(window.figure.canvas.buffer_rgba())

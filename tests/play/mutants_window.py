"""Mistakes to make in numpy_dgm/play/window.py, in the order of its lines."""
from mutant import Mutant

MODULE = "play/window.py"
RBM, GAN = "play/test_rbm_window.py", "play/test_gan_window.py"

MUTANTS = [
    Mutant('with rc_context({"toolbar": "None"}):', "with rc_context({}):", "a toolbar whose zoom takes the clicks"),
    Mutant("    except ImportError as error:", "    except KeyError as error:",
           "a backend that cannot be had ends in a traceback"),
    Mutant("if type(fig.canvas.new_timer()) is TimerBase:", "if False:", "a window that nobody sees"),
    Mutant("        pyplot.close(fig)\n", "", "figures pile up"),
    Mutant("        self.timer.add_callback(self.turn)\n", "", "the timer does nothing", tests=RBM),
    Mutant("interval=self.milliseconds", "interval=1", "a timer as fast as can be", tests=RBM),
    Mutant("        self.move()\n        self.refresh()\n", "        self.refresh()\n", "a turn that changes nothing",
           tests=RBM),
    Mutant("            canvas.restore_region(self.background)\n", "", "old states shine through", tests=RBM),
    Mutant("            self.background = canvas.copy_from_bbox(self.figure.bbox)\n            self.draw_moving()\n",
           "            self.draw_moving()\n            self.background = canvas.copy_from_bbox(self.figure.bbox)\n",
           "what moves is kept with the rest", tests=GAN),
    Mutant("            artist.set_animated(self.figure.canvas.supports_blit)\n", "", "what moves is drawn twice",
           tests=GAN),
    Mutant('"pause" if self.is_running else "run"', '"run"', "a running game does not say so", tests=RBM),
    Mutant("            self.timer.start()\n        else:\n            self.timer.stop()\n",
           "            self.timer.start()\n",
           "no pause", tests=RBM),
    Mutant("            act()\n            self.refresh()\n", "            act()\n",
           "a button whose effect is not drawn", tests=RBM),
    Mutant("self.background = None\n            self.refresh()", "self.background = None",
           "a slider whose effect is not drawn", tests=RBM),
    Mutant("            act(value)\n", "", "a slider that does nothing", tests=RBM),
    Mutant("value = min(max(10**exponent, low), high)", "value = exponent", "the exponent for the value", tests=GAN),
    Mutant("value = min(max(10**exponent, low), high)", "value = 1.001 * 10**exponent", "a slider beyond its end",
           tests=RBM),
    Mutant('slider.valtext.set_text(f"{value:.2g}")', "pass", "the exponent beside the slider", tests=GAN),
    Mutant('        for _ in range(FRAMES):\n            window.move()\n        window.draw()\n',
           "        window.draw()\n",
           "a picture of the start"),
    Mutant("            writer.grab_frame()\n            window.move()\n", "            writer.grab_frame()\n",
           "a film that stands still"),
    Mutant("            window.draw()\n            writer", "            writer", "a film that is not drawn"),
    Mutant("return low + amount[:, None] * (high - low)", "return high + amount[:, None] * (low - high)",
           "colours exchanged"),
]

"""`dgm play`: a window to play with, in which an RBM fills in an image, or the two players of a GAN take their steps.

    chain.py        the RBM's chain: clamp pixels, set the temperature, step; no drawing
    ring.py         the GAN on the ring: step D, step G, set rate and penalty; no drawing
    window.py       figure, buttons, sliders, timer; films and pictures where there is no window
    rbm_window.py   the chain drawn and played
    gan_window.py   the ring drawn and played
    commands.py     what the command does

Of these, window.py alone imports matplotlib.
"""

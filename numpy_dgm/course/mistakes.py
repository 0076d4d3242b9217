"""The mistakes that students make: their numbers, their names, and what is said to a student who has made one.

Collected from public questions, issues and pull requests of RBM, backpropagation and GAN code. Each task of an
assignment lists the mistakes that apply to it, as small edits of the solution's own text (Edit in tasks.py): so each can
be read, run on any instance, recognised in a wrong answer by computing what it would have given, and planted in the
pieces of the assignment "find the bug". The mutants of the tests whose names end in a number make the same mistakes in
the package.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A mistake by its number and name."""

    number: int
    name: str
    says: str  # to a student who has made it; {N} is how many cases the instance has
    is_warning: bool = False  # right on average: it costs no points


MISTAKES = (
    Mistake(1, "sign of the energy or of a conditional",
            "the sign is wrong: low energies are probable, and an input above 0 makes the higher value the "
            "more probable one"),
    Mistake(2, "sign of a bias term in the free energy",
            "the term of the visible biases has the wrong sign: F holds -b·v"),
    Mistake(3, "log(1 + exp(x)) written out",
            "exp overflows for large inputs, and the logarithm of infinity is no number to go on with: "
            "np.logaddexp"),
    Mistake(4, "hidden bias left out",
            "the hidden biases c are missing"),
    Mistake(5, "visible bias left out",
            "the visible biases b are missing"),
    Mistake(6, "gradient's sign flipped",
            "the sign of the whole gradient is wrong: the data's average comes first, minus the model's"),
    Mistake(7, "only W's sign flipped",
            "the sign of dW is wrong, those of db and dc are right"),
    Mistake(8, "no 1/N",
            "the mean over the {N} cases is missing"),
    Mistake(9, "1/N on the biases only",
            "dW is not divided by the {N} cases, db and dc are"),
    Mistake(10, "bias gradient summed to one number",
            "a bias gradient is summed to one number: sum over the cases alone, axis=0"),
    Mistake(11, "transposed",
            "W is transposed: an error where D and K differ, silently wrong where they do not"),
    Mistake(12, "rounds instead of sampling",
            "the probabilities are rounded, not drawn from: a unit with p = .6 must be low in four draws of "
            "ten"),
    Mistake(13, "comparison inverted",
            "the comparison is the wrong way round: this draws with 1 - p"),
    Mistake(14, "normal noise where uniform belongs",
            "the noise is normal; a unit is high where a number drawn uniformly from [0, 1) is below p"),
    Mistake(15, "one noise row for the whole batch",
            "all cases share one row of random numbers: every unit of every case needs its own"),
    Mistake(16, "probabilities drive the chain",
            "means go on in the chain where drawn values must: with means it is another chain, and not that "
            "of the model"),
    Mistake(17, "stale h in the negative phase",
            "the negative phase uses the h from which v was drawn: take the mean of h once more, given the "
            "last v"),
    Mistake(18, "negative phase uses the data's v",
            "the negative phase uses the cases for v, not where the chain has ended"),
    Mistake(19, "negative phase uses the data's h",
            "the negative phase uses the h of the cases, not those given the v where the chain has ended"),
    Mistake(20, "k - 1 steps",
            "the chain takes one step too few"),
    Mistake(21, "k + 1 steps",
            "the chain takes one step too many"),
    Mistake(22, "h sampled in the positive phase",
            "in the positive phase h is drawn where its mean is known: right on average, but noisier", is_warning=True),
    Mistake(23, "reseeds inside the step",
            "the numbers are not drawn from `rng`: every call draws the same ones"),
    Mistake(24, "PCD chain reset at each call",
            "the chains start at the data at each call: that is CD. They go on from `chains`"),
    Mistake(25, "writes over its input",
            "the function changes its arguments, which the caller goes on using"),
    Mistake(26, "follows the reconstruction error instead of the likelihood",
            "training stops where the reconstruction is good, which says little about the likelihood"),
    Mistake(27, "divides by N twice",
            "the division by the {N} cases is made twice"),
    Mistake(28, "elementwise product for a matrix product",
            "an elementwise product stands where a matrix product belongs"),
    Mistake(29, "sigmoid's slope applied twice with cross-entropy",
            "the slope p (1 - p) of the sigmoid is in it once too often: cross-entropy by the logit is p - t"),
    Mistake(30, "bias gradient over the wrong axis",
            "the gradient of a bias sums over the wrong axis: over the cases, axis=0. Silent where N and K are alike"),
    Mistake(31, "ReLU mask from the wrong layer",
            "the mask of the activation is taken from another layer's input than its own"),
    Mistake(32, "W updated before the gradient for the layer below is taken",
            "W is changed before the gradient for the layer below is taken: that one needs W as it was"),
    Mistake(33, "D's labels swapped",
            "the labels of the discriminator are swapped: real cases have the target 1, generated ones 0"),
    Mistake(34, "saturating loss where non-saturating was asked, or the reverse",
            "this is the generator's other loss: the saturating one descends E[log(1 - D)], the non-saturating -E[log D]"),
    Mistake(35, "D's parameters move in G's step",
            "the discriminator's parameters move in the generator's step: there they are held"),
    Mistake(36, "G's loss on G's output instead of on D(G(z))",
            "the generator's loss is taken of its own output, not of what the discriminator says of that"),
    Mistake(37, "log of a logit",
            "the logarithm is taken of a logit: a logit may be negative, its sigmoid is the probability"),
    Mistake(38, "gradients not reset between steps",
            "gradients of earlier calls are still in it: each step begins at 0"),
    Mistake(39, "the fake pass overwrites the real pass's cache",
            "the backward pass of the real cases uses what the fake pass kept: each pass has a cache of its own"),
    Mistake(40, "leaky slope different in forward and backward",
            "the slope below 0 is another one backward than forward"),
    Mistake(41, "the gradient penalty without its second (φ'') pass",
            "the penalty's gradient lacks the part that goes through the activation's own slope, φ''"),
    Mistake(42, "1/(N-1) for 1/N; one wrong entry in a matrix",
            "nearly right: 1/(N - 1) stands where 1/N belongs, or one entry of a matrix is wrong"),
    Mistake(120, "the last model for the best one",
            "the last model comes back: keep the one that was best on the held-out cases"),
    Mistake(121, "judged by the cases that it learns from",
            "the model is judged by the cases that it learns from: these get better while it learns by heart"),
    Mistake(122, "a count that is not set back",
            "the turns without anything better are never set back to 0: they are counted since the best model"),
    Mistake(123, "a turn too few or too many",
            "it gives up a turn too soon or too late: `patience` is how many turns in a row are without anything better"),
    Mistake(124, "weights of the centres left out",
            "½ |b + W h|² is missing in p(h): a centre weighs the more the farther out it is"),
    Mistake(125, "no noise about the centres",
            "the centres come back: each number of each sample has noise of its own about its centre, with the sd 1"),
    Mistake(126, "compared with another than the best so far",
            "each turn is compared with the best of all so far, and the model that one starts from is the first"),
    Mistake(127, "one coin for n",
            "the unit has n coins, and this is the answer for one"),
    Mistake(128, "all coins of a unit fall alike",
            "one draw is made for all n coins of a unit: the mean is right, the spread is that of n equal coins"),
    Mistake(129, "tanh's slope wrong or left out",
            "the slope of tanh is 1 - a², with the a that came out: here it is of another number, or left out"),
    Mistake(130, "a one-sided difference, or one divided by one step",
            "take the step up and the step down, and divide by both: the two points are two steps apart"),
    Mistake(131, "an entry that stays moved",
            "an entry that has been moved stays so while the next ones are: put it back"),
    Mistake(132, "errors that are not compared alike",
            "errors are compared by their absolute values, all divided by one number, the largest |difference|"),
    Mistake(133, "columns for rows",
            "the mean and the variance are those of the columns: here each row has its own"),
    Mistake(134, "mean and spread taken as constants",
            "the mean or the spread of the row is held constant in the backward pass: each x moves both"),
)

BY_NUMBER = {mistake.number: mistake for mistake in MISTAKES}

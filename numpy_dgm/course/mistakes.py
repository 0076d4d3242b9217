"""The mistakes that students make: their numbers, their names, and what is said to a student who has made one.

Collected from public questions, issues and pull requests of RBM, backpropagation and GAN code. Each task of an
assignment lists the mistakes that apply to it, as small edits of the solution's own text (Edit in tasks.py): so each
can be read, run on any instance, recognised in a wrong answer by computing what it would have given, and planted in
the pieces of the assignment "find the bug". The mutants of the tests whose names end in a number make the same
mistakes in the package.
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
            "this is the generator's other loss: the saturating one descends E[log(1 - D)], the non-saturating one "
            "-E[log D]"),
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
    Mistake(43, "probability in the place of a unit's mean",
            "the probability of a unit stands where its mean belongs, which is low + (high - low) p"),
    Mistake(44, "temperature left out of a gradient",
            "the temperature is missing: log p holds E/T, so its gradient is divided by T"),
    Mistake(135, "another divergence",
            "this is another divergence than the one asked for: KL(p ‖ q) is the mean under p of log p - log q"),
    Mistake(136, "one mean over two sets",
            "two sets of cases share one mean, or one set is left out: each has a mean of its own, over its own cases"),
    Mistake(137, "a sign or a comparison the wrong way round",
            "a sign, or a comparison, is the wrong way round"),
    Mistake(138, "a square, a root or the ½ of a square",
            "a square or a root is missing, or there is one too many, or the ½ is missing that goes with a square"),
    Mistake(139, "one of two ways left out",
            "what is used in two places gets a slope from each, and they add up: here one of the two is left out"),
    Mistake(140, "the wrong cases counted",
            "the wrong cases are counted: some that do not belong to what is asked for, or not all that do"),
    Mistake(141, "0 log 0, or nothing counted at all",
            "a place that nothing has reached has no part in the sum, q log q is 0 there; and where nothing at all is "
            "counted there is no q, and the divergence is infinite"),
    Mistake(142, "p-value without the division that came",
            "the division that came is not counted: it is one of the 1 + P, above and below the fraction line"),
    Mistake(143, "what is alike not counted",
            "< stands where <= belongs, or > where >= does: what is alike counts too"),
    Mistake(144, "a row paired with itself",
            "pairs of a row with itself are in a mean: they are to be left out of the sum, and of the number of pairs"),
    Mistake(145, "absolute value left out",
            "an absolute value is missing, or is taken of the sum and not of each term, or its slope is not its sign"),
    Mistake(146, "exp(s) on the wrong side",
            "exp(s) stands on the wrong side: the slope of L_sat is exp(s) times that of L_ns"),
    Mistake(147, "slopes of the labels for those of the image",
            "the slope that comes out of D has an entry for each number that D saw: those of the image come first, "
            "those of the labels after them"),
    Mistake(148, "a factor of the chain rule left out",
            "a factor of the chain rule, or a term of the product rule, is missing: what was held there moves too"),
    Mistake(149, "D or log D for the logit",
            "it is taken of D, and not of D's logit: the logit itself is the log of the ratio of the two densities"),
)

BY_NUMBER = {mistake.number: mistake for mistake in MISTAKES}

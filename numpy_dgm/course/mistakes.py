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
    Mistake(50, "biases that do not change places with the layers",
            "where the hidden layer is the one that is listed, W is transposed, and b and c must change places too"),
    Mistake(51, "a mean where a sum belongs, or the reverse",
            "a mean stands where a sum belongs, or a sum where a mean does: a factor is missing, the number of terms"),
    Mistake(52, "a walk weighed after the step instead of before",
            "factor l of the weight is taken after the next step: it belongs to v_l, where the walk stands before it"),
    Mistake(53, "a walk's step at another temperature",
            "the Gibbs step that leads to v_l (down: away from it) must be one of model l, with all its parameters at "
            "β_l"),
    Mistake(54, "another base",
            "the base is another one than that with the visible biases b_base: walks start there, and every model "
            "between holds (1 - β) b_base"),
    Mistake(55, "the mean of the logs for the log of the mean",
            "this is the mean of log w: the mean is known of w itself (down: of 1/w), so take the log of that"),
    Mistake(56, "log Z of the base left out",
            "the weights give Z / Z_base: log Z_base is missing, or a part of it such as K log 2 of the hidden units"),
    Mistake(57, "w and 1/w exchanged",
            "w stands where 1/w belongs, or the reverse: up the mean of w is known, down the mean of 1/w, and log w is "
            "in both directions the log of the same w"),
    Mistake(58, "a factor of the weight left out",
            "one factor of the weight is missing: there are L of them, l = 0 to L - 1"),
    Mistake(59, "flipped units that stay flipped",
            "the units flipped before stay flipped: flip one unit at a time, all others as they are in v"),
    Mistake(70, "half of the discriminator's loss, or one mean over all cases",
            "the loss is the sum of two means, one over the real cases and one over the fake ones: not half of that, "
            "and not one mean over all of them"),
    Mistake(71, "G's step against the D of before",
            "the generator's gradient is taken against the discriminator as it was before its own steps"),
    Mistake(72, "another factor in the penalty",
            "a factor is amiss in R1: the penalty is γ/2 times the mean of |g|², and its slope by g is γ g / N"),
    Mistake(73, "|g| for |g|², or a mean over all numbers of g",
            "R1 is made of |g|², the sum of the squares of a case's slopes, and its mean is over the cases alone"),
    Mistake(74, "R1 left out, or at other cases than the real ones",
            "the penalty R1, at the real cases, is missing in the discriminator's step"),
    Mistake(75, "ascends instead of descending",
            "the sign is wrong: a loss is descended, by minus the rate times its gradient"),
    Mistake(76, "G descends D's loss",
            "the generator descends the discriminator's loss: what is good for D is bad for G, the sign is the other "
            "one"),
    Mistake(77, "an activation's slope taken at its output",
            "the slope φ' of the activation is taken at its output: it belongs at the unit's input y"),
    Mistake(78, "the penalty's second (φ'') pass not taken to its end",
            "the part by φ'' is wrong: extra_y = u_y d_a φ''(y), with the sign of φ'', and it goes to W_1 and to b_1"),
    Mistake(79, "a probability for a logit",
            "this is the probability σ(s), where the logit s is asked for"),
)

BY_NUMBER = {mistake.number: mistake for mistake in MISTAKES}

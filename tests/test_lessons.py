"""Every lesson runs, proves what its text announces, and proves what the course promises of it."""
import ast
import re

import pytest

from numpy_dgm.course.lessons import announced_labels, find_lessons, run_lesson

LESSONS = find_lessons()

# What the course promises of each lesson, as pieces of the equations that prove it.
PROMISED = {
    1: ["mean log p = Σ_x q(x) log q(x) - KL(q || p)",  # maximum likelihood is minimum KL
        "p(x) = Σ_h p(x, h)",
        "share of the draws that are x → p(x)",  # ancestral sampling
        "p(y given x) = Σ_{h of y} p(h given x)",  # one joint model, used both ways
        "log p(x, y) = log p(x) + log p(y given x)",
        "∇ log p(x) = Σ_h p(h given x) ∇ log p(x, h)",
        "mean log p with θ <= mean log p with θ'"],  # EM
    2: ["H(q) <= β U + log Z",  # the Boltzmann distribution is the one of maximum entropy
        "p*(s) = exp(-β E(s)) / Z",
        "E(s) = -b·s - sᵀ W s",  # the general Boltzmann machine
        "∂ log Z/∂W_ij = <s_i s_j>",
        "<s_i s_j>_data - <s_i s_j>_model"],  # data term less model term
    3: ["p(s_i = 1 given the rest) = σ(x_i)",  # conditionals are sigmoids
        "p(s) T_i(s→t) = p(t) T_i(t→s)",  # detailed balance
        "T = T_0 T_1 ... T_{n-1}",  # the transition matrix of a sweep
        "q T = q is p",  # and its stationary distribution
        "→ 1 - gap",  # the spectral gap says how fast
        "T_V T_H = "],  # unit by unit against in blocks
    4: ["E(v, h) = -b·v - c·h - vᵀ W h",
        "F(v) = -b·v - Σⱼ log(1 + exp(xⱼ))",
        "p(h given v) = Πⱼ p(hⱼ given v)",  # factorised conditionals
        "(1 / Z) Πᵢ exp(bᵢ vᵢ) · Πⱼ (1 + exp(xⱼ))"],  # product of experts
    5: ["mean log p = -H(q) - KL(q || p)",  # what learning lowers is the KL to the data,
        "-H(q) = -(15/4) log 2",  # and its optimum is known
        "∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model"],
    6: ["E[CD-1] = ",  # CD-k from the truncated chain
        "bias_k = ",
        "Var(CD-k) = ",
        "-∂ C_k / ∂θ, with p_k held fixed = E[CD-k]"],  # a difference of KLs
    7: ["E[PCD at 3] = ",  # PCD: where its chains have come to,
        "|bias_t| <= (1 - gap)^t",  # how fast its bias falls,
        "E[PCD] = exact gradient",  # and to nothing
        "TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))",  # how closely the chains follow
        "centre(g) = A Aᵀ g",  # centring is a change of coordinates,
        "p⁺_mirror(1 - v) = p⁺(v)",  # and flipped bits do not disturb it
        "p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)",  # tempering's swap,
        "π S = π",  # its sweep,
        "gap of T <= gap of S"],  # and a ladder crosses where a chain does not
    8: ["log Z = log Σ_h exp(-F(h))",  # exact through the smaller layer
        "E[w] = Z / Z_base, over all paths",  # AIS derived,
        "E[log w] <= log(Z / Z_base)",  # forward as a bound,
        "E_down[log w] >= log(Z / Z_base)",  # reverse as one from exact samples only
        "PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))",
        "Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)"],  # why pseudo-likelihood misleads
    9: ["mean log p(A) - mean log p(B) = mean F(B) - mean F(A)",  # the free-energy gap
        "plain · centred = "],
    10: ["A'(x) = E[s]",  # the exponential-family harmonium: a kind of unit is its A
         "F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)",
         "∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model",
         "A(x) = x²/2, A'(x) = x",  # Gaussian units
         "A(x) = log Σ_m exp(x_m)",  # softmax units
         "p(v) = Σ_h p(h) N(v; b + W h, I)",  # the Gaussian RBM's marginal is a mixture
         "Cov(v) = (I - W Wᵀ)⁻¹",
         "log p(v) = log p(y) - Σᵢ log sᵢ"],
    17: ["dx = dy J_L ... J_2 J_1",  # the chain rule, handed down
         "∂W_dk = Σ_n x_nd dy_nk", "∂b_k = Σ_n dy_nk", "dx_nd = Σ_k dy_nk W_dk",  # affine
         "dx = dy · φ'(x)",  # activations
         "∂W_p = xᵀ dz_p",  # maxout
         "ds_n = (σ(s_n) - t_n) / N", "ds_nk = (p_nk - [k = label_n]) / N",  # losses
         "dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)",  # batch norm
         "dx = dy · mask",  # dropout
         "gradient_i = ∂loss/∂θ_i",  # every entry against differences
         "= ½ (1 + a/ε)"],  # and where differences fail
    18: ["E_z[f(G(z))] = ∫ q(x) f(x) dx",  # a model that only draws
         "D*(x) = p(x) / (p(x) + q(x))",  # the optimal discriminator,
         "s*(x) = log p(x) - log q(x)",  # whose logit is a density ratio
         "V(D, G) <= V(D*, G)",
         "V(D*, G) = 2 JSD(p, q) - log 4",  # the value as a Jensen-Shannon divergence,
         "JSD(p, q) <= log 2",
         "JSD(p, q) = min(a, 1) log 2",  # which is stuck where p and q do not meet
         "∂V(D* held, G)/∂θ = ∂ 2 JSD(p, q)/∂θ",  # what either generator's gradient is that of
         "KL(q || p) - 2 JSD(p, q) = 2 KL(m || p)",
         "E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m || p)/∂θ",
         "|D(x) - D*(x)| <= 0.02 wherever p(x) + q(x) > 0.01"],  # the trained D compared with D*
    19: ["∂L_D/∂φ = Σ_n ds_n ∂s(x_n)/∂φ + Σ_m ds'_m ∂s(x'_m)/∂φ",  # two passes, two caches
         "L_sat and its ds_m", "L_ns and its ds_m",  # saturating and non-saturating
         "dx_m = ds_m ∂s(x'_m)/∂x'_m",  # through D,
         "∂L_G/∂θ = Σ_m Σ_d dx_md ∂x'_md/∂θ",  # and on through G,
         "φ after G's gradient, θ after D's gradient, bit for bit",  # with D untouched
         "dx_m of L_sat = exp(s_m) · dx_m of L_ns",
         "M |ds_m| of L_sat <= exp(s_m)",
         "∂L_sat/∂θ = ∂L_ns/∂θ if D(x'_m) = 1/2",
         "D_ab(x) = (a p + b q) / (p + q)",  # label smoothing
         "θ and φ after 100 steps of the loop = those of train_gan"],
    20: ["v(θ, ψ) = (ψ, -θ)", "six alternating unit steps",  # two players go round
         "|λ| = √(1 + h²/4)", "|λ| = 1, alternating, h <= 4/√n",  # the Dirac GAN's eigenvalues,
         "λ = -γ/2 ± √(γ²/4 - 1/4)", "γ = 1 is critical",  # and R1's
         "W1 = ∫ |F(t) - H(t)| dt", "mean D(x) - mean D(y) <= k W1",  # Wasserstein
         "mean D(x) - mean D(y) = W1, the best D", "JSD = log 2",
         "σ = max |u W| / |u|", "∂loss/∂W = ",  # spectral norm
         "∂R1/∂parameters", "∂GP/∂parameters"],  # backprop through backprop
    21: ["reverse KL = log K - H(q)", "P(high quality) = 1 - exp(-9 / 2c²)",  # coverage metrics and their ceilings
         "E[modes captured] = K (1 - (1 - 1/K)^n)", "E[reverse KL] → (K - 1) / 2n",
         "E[estimate] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)", "P(p-value <= α) <= α",
         "SW² = |δ|² / D", "precision and recall",
         "V(D*, G) = 2 JSD(p^m, q^m) - log 4, m = 2", "TV(p^m, q^m) = 1 - (1 - τ)^m",  # packing
         "o_ib = Σ_{j≠i} close_ijb", "TV of the rows [x, o] = 1 - ½^(N-1)"],  # minibatch discrimination
    22: ["D*(x, y) = p(x given y) / (p(x given y) + q(x given y))",  # conditional generation
         "V(D*, G) = Σ_y π_y (2 JSD(p(· given y), q(· given y)) - log 4)",
         "∂L_G/∂θ = Σ_n dx_n ∂G([z_n, one-hot y_n])/∂θ",
         "E[vᵢ] = E[mᵢ]", "E[N(x; x_m, h² I)] = p with bumps of variance 1 + h²",  # how GAN and RBM differ
         "E_q[g(x, y)] = (1/N) Σ_n g(x_n, y_n) for copies"],  # augmentation
}


@pytest.fixture(scope="module")
def runs():
    """Each lesson run once, whole."""
    return {path.name: run_lesson(path) for path in LESSONS}


def cells(path):
    return re.split(r"^# %%", path.read_text(encoding="utf8"), flags=re.MULTILINE)


@pytest.mark.parametrize("path", LESSONS, ids=[path.stem for path in LESSONS])
class TestLesson:
    def test_it_runs_and_draws(self, path, runs):
        run = runs[path.name]
        assert run.succeeded, run.output
        assert run.figures and all((path.parent / figure).stat().st_size > 2_000 for figure in run.figures)

    def test_what_its_text_announces_is_what_it_proves(self, path, runs):
        assert announced_labels(path) == set(runs[path.name].proved)
        number = str(int(path.name[:2]))
        assert all(label.split(".")[0] == number for label in announced_labels(path))

    def test_it_proves_what_the_course_promises(self, path, runs):
        proved = [line for line in runs[path.name].output.splitlines() if line.startswith("  ok (")]
        for promise in PROMISED[int(path.name[:2])]:
            assert any(promise in line for line in proved), promise

    def test_its_proofs_stand_before_its_experiment(self, path):
        run = run_lesson(path, proofs_only=True)
        assert run.succeeded, run.output
        assert set(run.proved) == announced_labels(path) and not run.figures

    def test_its_form_is_the_course_s_form(self, path):
        source = path.read_text(encoding="utf8")
        lines = source.splitlines()
        assert lines[0] == "# %% [markdown]" and re.match(rf"# # Lesson {int(path.name[:2])}: ", lines[1])
        assert max(map(len, lines)) <= 120 and 150 <= len(lines) <= 500
        for heading in ("After this lesson you will be able to", "usually goes wrong", "## Exercises", "## Solutions"):
            assert heading in source, heading

    def test_an_announced_equation_is_verified_in_the_very_next_code_cell(self, path):
        parts = cells(path)
        for here, cell in enumerate(parts):
            announced = set(re.findall(r"^#     .*\((\d+\.\d+)\)\s*$", cell, flags=re.MULTILINE))
            if announced:
                following = next(part for part in parts[here + 1 :] if not part.startswith(" [markdown]"))
                verified = set(re.findall(r"verify\w*\(\s*f?\"\((\d+\.\d+)\)", following))
                assert announced <= verified, announced - verified

    def test_no_verify_compares_a_thing_with_itself(self, path):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").startswith("verify"):
                left, right = node.args[1:3]
                assert ast.dump(left) != ast.dump(right), ast.unparse(node)

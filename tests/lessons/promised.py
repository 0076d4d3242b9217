"""What the course promises of each lesson, as pieces of the equations that prove it; under the lesson's number."""
PROMISED = {
    1: [
        # maximum likelihood is minimum KL (old 1, and old 5: "mean log p = -H(q) - KL(q || p)")
        "mean log p = -H(p_data) - KL(p_data ‖ p)",
        "L(θ) <= L(9/13)",
        "(1/N) log (number of orders) → H(q)",  # what entropy counts
        "mean log p <= -H(p_data)",
        "mean log p of test cases → -H(p_source) - KL(p_source ‖ p)",  # unseen cases are the judge
    ],
    2: [
        "p(v) = Σ_h p(v, h)",
        "fraction of the draws that are v → p(v)",  # ancestral sampling
        "p(h = m given v) = p(v, h = m) / p(v)",
        "p(v_i = 1 given the seen pixels) = Σ_m r_m μ_mi",
        "p(y given v) = Σ_{h of y} p(h given v)",  # one joint model, used both ways
        "log p(v, y) = log p(v) + log p(y given v)",
    ],
    3: [
        "∇ log p(v) = Σ_h p(h given v) ∇ log p(v, h)",
        "log p(v) = Σ_h q(h) log (p(v, h) / q(h)) + KL(q ‖ p(h given v))",
        "mean log p with θ <= mean log p with θ'",  # EM
    ],
    4: [
        "H(q) <= β U + log Z",  # the Boltzmann distribution is the one of maximum entropy
        "p*(s) = exp(-β E(s)) / Z",
        "E(s) = -b·s - sᵀ W s",  # the general Boltzmann machine
        "∂ log Z/∂W_ij = <s_i s_j>",
        "mean log p over parity = -3 log 2 - KL(uniform ‖ p)",  # what pairs cannot see
    ],
    5: [
        "<s_i s_j>_data - <s_i s_j>_model",  # data term less model term
        "W, b of the loop = W, b of train_boltzmann",
        "(mean log p at θ + at θ') / 2 <= mean log p at (θ + θ') / 2",  # one hill without hidden units
        "<s_i s_j>_model = <s_i s_j>_data at the top",
    ],
    6: [
        "p(s_i = 1 given the rest) = σ(x_i)",  # conditionals are sigmoids
        "p(s) T_i(s→s') = p(s') T_i(s'→s)",  # detailed balance
        "T = T_0 T_1 ... T_{D-1}",  # the transition matrix of a sweep
        "q T = q is p",  # and its stationary distribution
        "→ 1 - gap",  # the spectral gap says how fast
        "T_V T_H = ",  # unit by unit against in blocks
        "TV(q_k, p) <= (1 - ε)^k",
    ],
    7: [
        "E(v, h) = -b·v - c·h - vᵀ W h",
        "F(v) = -b·v - Σ_j log (1 + exp(x_j))",
        "log Z = log Σ_h exp(-F(h))",
        "p(h given v) = Π_j p(h_j given v)",  # factorised conditionals
        "(1 / Z) Π_i exp(b_i v_i) · Π_j (1 + exp(x_j))",  # product of experts
        "p(v) = Σ_h p(h) Π_i p(v_i given h)",  # mixture
        "W' = -W, c' = -c, b' = b + W give the same p(v)",
    ],
    8: [
        "mean log p = -H(p_data) - KL(p_data ‖ p)",  # what learning lowers is the KL to the data,
        "-H(p_data) = -(15/4) log 2",  # and its optimum is known
        "∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model",
    ],
    9: [
        "E[CD-1] = ",  # CD-k from the truncated chain
        "E[CD-3] = ",
        "E[CD-k] → exact gradient",
    ],
    10: [
        "bias_k = Σ_v (p(v) - p_k(v)) g(v)",
        "|bias_k| <= TV(p_k, p)",
        "Var(CD-k) = ",
        "-∂ C_k / ∂θ, with p_k held fixed = E[CD-k]",  # a difference of KLs
    ],
    11: [
        "E[PCD at 3] = ",  # PCD: where its chains have come to,
        "|bias_t| <= (1 - gap)^t",  # how fast its bias falls,
        "E[PCD] = exact gradient",  # and to nothing
        "TV(q', p') <= (1 - ε') (TV(q, p) + TV(p, p'))",  # how closely the chains follow
    ],
    12: [
        "p_l(u) p_m(v) a(u, v) = p_l(v) p_m(u) a(v, u)",  # tempering's swap,
        "p_ladder T_ladder = p_ladder",  # its sweep,
        "gap of T <= gap of T_ladder",  # and a ladder crosses where a chain does not
    ],
    13: [
        "plain · centred = ",
        "centre(g) = J Jᵀ g",  # centring is a change of coordinates,
        "p⁺_mirror(1 - v) = p⁺(v)",  # and flipped bits do not disturb it
    ],
    14: [
        "log Z = log Σ_h exp(-F(h))",  # exact through the smaller layer
        "E[w] = Z / Z_base, over all paths",  # AIS derived,
        "E[log w] <= log(Z / Z_base)",  # forward as a bound
    ],
    15: [
        "E_down[log w] >= log(Z / Z_base)",  # reverse as a bound from exact samples only
        "P_down = P_up · w · Z_base / Z",
        "E_up[σ(log w - log R)] = E_down[σ(log R - log w)]",  # Bennett
    ],
    16: [
        "PL(v) = Σᵢ log σ(F(v with bit i flipped) - F(v))",
        "Σ_v p(v) PL(v) >= Σ_v p(v) log p(v)",  # why pseudo-likelihood misleads
        "log p(v) = -D log 2, for every v",  # a perfect reconstruction that has learnt nothing
        "mean log p(fit) - mean log p(held out) = mean F(held out) - mean F(fit)",  # the free-energy gap (promised of old lesson 9)
    ],
    17: [
        "vᵢ = 1 if greyᵢ / 16 > 1/2, else 0",
        "log p(v) = Σᵢ (vᵢ log mᵢ + (1 - vᵢ) log(1 - mᵢ))",
        "∂/∂W_ij (mean log p - (d/2) Σ W²)",  # weight decay
        "-∂/∂W_ij Σⱼ (target - qⱼ)²",  # sparsity
    ],
    18: [
        "p(v) = Σ_h p(h) N(v; b + W h, I)",  # the Gaussian RBM's marginal is a mixture
        "Cov(v) = (I - W Wᵀ)⁻¹",
        "log p(v) = log p(y) - Σᵢ log scaleᵢ",
        "∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model",
    ],
    19: [
        "A'(x) = E[s]",  # the exponential-family harmonium: a kind of unit is its A
        "F(v) = -b·v - log base(v) - Σⱼ A(xⱼ)",
        "∂ mean log p/∂W_ij = <vᵢ hⱼ>_data - <vᵢ hⱼ>_model",
        "A(x) = x²/2, A'(x) = x",  # Gaussian units
        "A(x) = log Σ_m exp(x_m)",  # softmax units
        "p(v) = Σ_m π_m Πᵢ p(vᵢ given h = m)",  # a mixture is an RBM
        "F(v without group i)",
    ],
    20: [
        "dx = Σ_k dy_k ∂y_k/∂x",  # slopes add up at forks
        "∂W_dk = Σ_n x_nd dy_nk", "∂b_k = Σ_n dy_nk", "dx_nd = Σ_k dy_nk W_dk",  # affine
        "dx = dy · φ'(x)",  # activations
        "ds_n = (σ(s_n) - t_n) / N", "ds_nk = (p_nk - [k = label_n]) / N",  # losses
        "d(name) = ∂loss/∂name",  # the network, name by name
        "dx = dy J_L ... J_2 J_1",  # the chain rule, handed down
        "W_1 and W_2 after the loop = those of train_classifier",  # the loop on the page
    ],
    21: [
        "((x + ε)³ - (x - ε)³) / 2ε = 3x² + ε²",
        "(4 c(ε) - c(2ε)) / 3 = 5x⁴ - 4ε⁴",  # five points
        "= ½ (1 + a/ε)",  # where differences fail
        "∂W_p = xᵀ dz_p",  # maxout
        "gradient_i = ∂loss/∂θ_i",  # every entry against differences
        "r draws miss all w wrong entries of P = (1 - w/P)^r",  # what a check of a few entries misses
        "loss = log C",  # before training
    ],
    22: [
        "E[y_k²] = sd² Σ_d x_d²", "E[ReLU(y_k)²] = ½ E[y_k²]", "E[dx_d²] = sd² Σ_k dy_k²",  # starting weights
        "y_n = gamma x̂_n + beta", "d(name) = ∂loss/∂name",  # batch norm, name by name
        "dx_m = (gamma / r) (dy_m - ∂beta / N - x̂_m ∂gamma / N)",  # and fused
        "Σ_m dx_m = 0",
        "y = gamma (x - running mean) / √(running variance + epsilon) + beta",
        "dx = dy · mask",  # dropout
        "gradient_i = ∂loss/∂θ_i",
        "θ ← θ - α mean' / (√square' + 10⁻⁸)",  # Adam
    ],
    24: [
        "log p(v given r) = -F(v given r) - log Z(r)",  # a row of ratings is a model of its own
        "p(h given the seen ratings) ∝",  # why missing units are absent and not summed over
        "<r_i level(v_i) h_j>_data - <r_i level(v_i) h_j>_model",  # both phases keep the mask
        "E[CD-1] = mean of g(v) - Σ_v' T_r(v→v') g(v')",
        "p(v_i = m given the seen ratings) ∝",  # an unseen rating, exactly
    ],
    28: [
        "Σ p(word) up to L letters = 1 - Σ_l (q Q^L)_l",  # n-gram models of words
        "p(position g has value m given h) = softmax", "p(word) ∝ exp(Σ_g b) Π_j (1 + exp(c_j + Σ_g W_gj))",
        "the same for W_gm + t and c - t", "p(padded layer) <= p(layer reads as the word)",
        "Σ_v p(v given v_held) T(v→v') = p(v' given v_held)",  # completion by clamped chains
    ],
    27: [
        "F(v, y) = -b·v - d_y - Σ_j log(1 + exp(x_j + U_yj))",
        "p(y given v) = exp(-F(v, y)) / Σ_y' exp(-F(v, y'))",  # exact, Z cancels
        "p(y given h) = exp(d_y + U_y·h) / Σ_y' exp(d_y' + U_y'·h)",
        "<[y_n = y] h_j>_data - <[y_n = y] h_j>_model",  # the generative gradient
        "mean of v_ni Σ_y G_ny p(h_j = 1 given v_n, y)",  # the discriminative one,
        "<v_i h_j given v, y> - <v_i h_j given v>",  # and as two phases
        "→ p(covered = u given seen)",  # completion is a draw
    ],
    29: [
        "Σ over films of Π_t p(v_t given the past) = 1",
        "total_t = Dh_t + r_t (1 - r_t) (total_{t+1} Rᵀ + Dv_{t+1} Vᵀ)",  # backpropagation through time
        "∂R = Σ_t past_tᵀ total_t", "∂W = Σ_t (v_tᵀ r_t - <v hᵀ>_t + v_tᵀ (total_t - Dh_t))",
        "E[|v_t - u|²] = Σᵢ (pᵢ (1 - pᵢ) + (uᵢ - pᵢ)²)",  # the best prediction is the mean
    ],
    23: [
        "mean |v - v̂|² = trace C - trace QᵀCQ", "error of PCA = Σ of λ_k over k > K",  # the best linear code
        "error of PCA <= error of any other Q",
        "∂L/∂θ of encoder and decoder by backpropagation = differences of L",
        "encoder(v) = E[h_2 given v → E[h_1 given v]]",  # unrolling
        "decoder(code) = E[v given E[h_1 given code]]",
    ],
    26: [
        "the network below its last layer = E[h_2 given v → E[h_1 given v]]",
        "∂loss/∂(W, c, U, d) by backpropagation = differences of the loss",
        "|σ(c + x W) - σ(c + y W)| <= ¼ ‖W‖ |x - y|",  # why the old start failed
    ],
    25: [
        "B(v) = E_q[log p(v, h)] + H(q)", "log p(v) = B(v) + KL(q(h given v) ‖ p(h given v))",  # the bound
        "B(v) <= log p(v)", "B(v) = log p₁(v)",  # a start without loss
        "∂ mean B/∂θ₂ = ∂ mean E_q[log p₂(h₁)]/∂θ₂",  # greedy learning
        "mean B = mean log p₁(v) + KL(q̄ ‖ p₁) - KL(q̄ ‖ p₂)",  # how much there is to gain
        "p(v) = Σ_h₁ p₂(h₁) Πᵢ p(vᵢ given h₁)",  # ancestral sampling
        "wake = ∂E_q[log p(v given h₁)]", "sleep = ∂E_p[log q(h₁ given v)]",  # up-down
    ],
    30: [
        "E_z[f(G(z))] = ∫ p_G(x) f(x) dx",  # a model that only draws
        "V = -(1/N) Σ_n CE(s(x_n), 1) - (1/M) Σ_m CE(s(x'_m), 0)",  # D is a classifier
        "D*(x) = p_data(x) / (p_data(x) + p_G(x))",  # the optimal discriminator,
        "s*(x) = log p_data(x) - log p_G(x)",  # whose logit is a density ratio
        "V(D, G) <= V(D*, G)",
        "V(D*, G) = 2 JSD(p_data, p_G) - log 4",  # the value as a Jensen-Shannon divergence,
        "JSD(p, q) <= log 2",
        "JSD(p, q) = min(a, 1) log 2",  # which is stuck where the supports do not meet
        "∂V(D* held, G)/∂θ = ∂ 2 JSD(p_data, p_G)/∂θ",  # what either generator's gradient is that of
        "KL(p_G ‖ p_data) - 2 JSD(p_data, p_G) = 2 KL(m ‖ p_data)",
        "E_z[-∂ log D*(G(z))/∂θ] = ∂ 2 KL(m ‖ p_data)/∂θ",
        "|D(x) - D*(x)| <= 0.02 wherever p_data(x) + p_G(x) > 0.01",  # the trained D compared with D*
    ],
    31: [
        "∂L_D/∂θ_D = Σ_n ds_n ∂s(x_n)/∂θ_D + Σ_m ds'_m ∂s(x'_m)/∂θ_D",  # two passes, two caches
        "L_sat and its ds_m", "L_ns and its ds_m",  # saturating and non-saturating
        "dx_m = ds_m ∂s(x'_m)/∂x'_m",  # through D,
        "∂L_G/∂θ_G = Σ_m Σ_d dx_md ∂x'_md/∂θ_G",  # and on through G,
        "θ_D after G's gradient, θ_G after D's gradient, bit for bit",  # with D untouched
        "∂L_D/∂θ_G = -∂L_sat/∂θ_G",
        "dx_m of L_sat = exp(s_m) · dx_m of L_ns",
        "M |ds_m| of L_sat <= exp(s_m)",
        "∂L_sat/∂θ_G = ∂L_ns/∂θ_G if D(x'_m) = 1/2",
        "θ_G and θ_D after 100 steps of the loop = those of train_gan",
        "Σ_n ds_n x'_n + Σ_m ds'_m x'_m = 0",  # the cache written over
        "D_ab(x) = (a p_data + b p_G) / (p_data + p_G)",  # label smoothing
    ],
    32: [
        "v = (w, -θ)", "six alternating unit steps",  # two players go round
        "|λ| = √(1 + α²/4)", "|λ| = 1, alternating, α <= 4/√n",  # the Dirac GAN's eigenvalues,
        "λ = -γ/2 ± √(γ²/4 - 1/4)", "γ = 1 is critical",  # R1's,
        "v_w ≈ -θ/2 - (sd²/2) w",  # and those of instance noise
    ],
    33: [
        "W1 = ∫ |P(real <= t) - P(fake <= t)| dt", "mean s(x_real) - mean s(x_fake) <= slope · W1",  # Wasserstein
        "mean s(x_real) - mean s(x_fake) = W1, the best s", "JSD = log 2",
        "‖W‖ = max |u W| / |u|", "∂loss/∂W = ",  # spectral norm
        "|s(x) - s(y)| <= |x - y|",
    ],
    34: [
        "∂R1/∂parameters", "∂GP/∂parameters",  # backprop through backprop
        "∂P/∂w_1, ∂P/∂w_2", "g = d_0",
    ],
    35: [
        "min over p_G = -log max D",  # why G collapses
        "max over D of min over G of V = -log 4", "by half and half only",
        "reverse KL = log K - H(q)", "P(high quality) = 1 - exp(-9 / (2ρ²))",  # coverage figures and their ceilings
        "E[modes captured] = K (1 - (1 - 1/K)^n)", "E[reverse KL] → (K - 1) / 2n",
        "s*(r) = 2 log ρ + r² (1/ρ² - 1) / 2", "y = [x, sin xB, cos xB]",  # a mode's width, and what shows it to D
        "covariance of the samples = scale² AᵀA",  # and what lets G make it
    ],
    36: [
        "V(D*, G) = 2 JSD(p_data^pack, p_G^pack) - log 4, pack = 2",  # packing
        "TV(p_data^pack, p_G^pack) = 1 - (1 - τ)^pack",
        "o_nb = Σ_{m≠n} close_nmb", "TV of the rows [x, o] = 1 - ½^(N-1)",  # minibatch discrimination
    ],
    37: [
        "E[MMD²] = Σ_a Σ_b (p_a - q_a) k(a, b) (p_b - q_b)", "P(p-value <= level) <= level",
        "SW² = |δ|² / D", "precision and recall",
        "W² = (μ - μ')² + (sd - sd')²", "IS <= K",  # what FID and Inception score compute
    ],
    38: [
        "D*(x, k) = p_data(x given k) / (p_data(x given k) + p_G(x given k))",  # conditional generation
        "V(D*, G) = Σ_k π_k (2 JSD(p_data(· given k), p_G(· given k)) - log 4)",
        "∂L_G/∂θ_G = Σ_n dx_n ∂G([z_n, one-hot k_n])/∂θ_G",
        "E[v_i] = E[m_i]", "E[N(x; x_m, width² I)] = p with bumps of variance 1 + width²",  # how GAN and RBM differ
        "E_G[g(x, k)] = (1/N) Σ_n g(x_n, k_n) for copies",  # augmentation
    ],
}

"""What is asked in the quiz on part 1."""

from autograder.exercise import Exercise
from autograder.quiz import Choice, Question

gate_of_zero = Question(
    "gate_of_zero",
    "A gate that stays shut",
    "In a GRU, $c^{\\langle t \\rangle} = \\Gamma_u \\odot \\tilde c^{\\langle t \\rangle} + (1 - \\Gamma_u) \\odot "
    "c^{\\langle t-1 \\rangle}$. For one unit, $\\Gamma_u$ is 0 at fifty steps in a row. What does the unit hold then?",
    (
        Choice(
            "0, since everything is multiplied by 0",
            "Only the candidate is multiplied by Γ_u. The old memory is multiplied by 1 − Γ_u, which is 1 here.",
        ),
        Choice(
            "What it held before them, unchanged",
            "Right. With Γ_u = 0 each step copies the old memory. That is how a gate carries one fact past many words.",
            right=True,
        ),
        Choice(
            "The candidate of the last step",
            "That is what Γ_u = 1 gives: the memory is overwritten by the candidate.",
        ),
        Choice(
            "A running average of the fifty candidates",
            "That is what a Γ_u between 0 and 1 gives. At exactly 0, no candidate enters at all.",
        ),
    ),
)

shape_of_task = Question(
    "shape_of_task",
    "Which shape fits",
    "A network reads a product review of up to 300 words and gives it one to five stars. Which shape is that?",
    (
        Choice(
            "one-to-many",
            "That reads one input and writes many outputs, as when a tune is made from a start note.",
        ),
        Choice(
            "many-to-one",
            "Right. Many words in, one label out; the prediction is read off the last step, or off all of them pooled.",
            right=True,
        ),
        Choice(
            "many-to-many, one output a step",
            "That gives a label to every word, as a tagger of names does. A review has one label for the whole.",
        ),
        Choice(
            "many-to-many with encoder and decoder",
            "That writes a new sequence after the first is read, as a translation does. Five stars are no sequence.",
        ),
    ),
)

clipping_cures = Question(
    "clipping_cures",
    "What clipping cannot cure",
    "Gradients are clipped to a norm of 5 before each update. Which of these does that **not** help with? "
    "Pick all that apply.",
    (
        Choice(
            "A single batch whose gradient is a thousand times larger than usual",
            "This is what clipping is for: the step keeps its direction and loses its size.",
        ),
        Choice(
            "Gradients that have shrunk to $10^{-12}$ on their way to the first words",
            "Right: clipping only makes large gradients smaller. What has vanished stays vanished.",
            right=True,
        ),
        Choice(
            "A loss that turns into NaN because one update was far too long",
            "Bounding the length of the update is what keeps this from happening.",
        ),
        Choice(
            "A network that has learned nothing about words more than ten steps back",
            "Right: that is the vanishing gradient again, seen from outside. Gates or attention help, not clipping.",
            right=True,
        ),
    ),
)

what_vanishes = Question(
    "what_vanishes",
    "What vanishes",
    "In a plain RNN with tanh, the gradient that reaches step 1 from a loss at step 60 is almost 0. Why?",
    (
        Choice(
            "The activations themselves shrink to 0 after sixty steps of tanh",
            "They need not: every step brings new input, and activations keep their size. What shrinks is how much the "
            "late ones depend on the early ones.",
        ),
        Choice(
            "The learning rate is multiplied in at each step",
            "The learning rate scales the update once, after the gradient is known. It is no part of backpropagation.",
        ),
        Choice(
            "It is a product of sixty Jacobians, each of which shrinks it",
            "Right. Each factor is diag(1 − a²) times the transposed W_aa; when each shrinks, the product does so "
            "exponentially.",
            right=True,
        ),
        Choice(
            "Softmax saturates at the last step",
            "That may make the gradient small where it starts. It would not make step 1 differ so much from step 59.",
        ),
    ),
)

perplexity_of_uniform = Question(
    "perplexity_of_uniform",
    "Perplexity",
    "A model gives every one of the 10,000 tokens of its vocabulary the same probability at every step. What is its "
    "perplexity on a test text of 500 tokens?",
    (
        Choice(
            "10,000",
            "Right: exp of the mean of log 10,000 is 10,000, whatever the text. A model is as perplexed as if it had to "
            "choose among so many.",
            right=True,
        ),
        Choice("500", "The length of the text is divided out: perplexity is per token."),
        Choice(
            "log₂ 10,000 ≈ 13.3",
            "That is its cross-entropy in bits per token. Perplexity is 2 to that power.",
        ),
        Choice(
            "20", "10,000 / 500 has no meaning here. Perplexity is exp of the mean negative log-probability."
        ),
    ),
)

next_input = Question(
    "next_input",
    "What goes into the next step",
    "A trained language model invents a name. What is the input of step $t + 1$?",
    (
        Choice(
            "The distribution $\\hat y^{\\langle t \\rangle}$",
            "The network was never fed a mixture of tokens. A token has to be drawn, and that token, one-hot, goes in.",
        ),
        Choice(
            "The token drawn from $\\hat y^{\\langle t \\rangle}$, one-hot",
            "Right. What was drawn is now the past, and the next distribution has to depend on it.",
            right=True,
        ),
        Choice(
            "The true next token of the training text",
            "That is teacher forcing, in training. When a name is invented there is no true next token.",
        ),
        Choice(
            "Always the most likely token of $\\hat y^{\\langle t \\rangle}$",
            "That is greedy decoding: it gives the same name each time. Sampling draws.",
        ),
    ),
)

forget_gate = Question(
    "forget_gate",
    "The forget gate",
    "In an LSTM, $\\Gamma_f = 1$ and $\\Gamma_u = 0$ for a unit at some step. What happens to its memory "
    "$c^{\\langle t \\rangle}$ there?",
    (
        Choice(
            "It is forgotten: the forget gate is open",
            "The name misleads. Γ_f is the share of the old memory that is kept; at 1, all of it.",
        ),
        Choice(
            "It is kept as it was, and nothing is added",
            "Right: 1 times the old memory, plus 0 times the candidate.",
            right=True,
        ),
        Choice("It doubles", "Nothing is added: Γ_u = 0 keeps the candidate out."),
        Choice(
            "It becomes the candidate $\\tilde c^{\\langle t \\rangle}$",
            "That would need Γ_f = 0 and Γ_u = 1.",
        ),
    ),
)

real_time = Question(
    "real_time",
    "Captions while somebody speaks",
    "Live captions must appear within a second. Why is a bidirectional network over the whole talk no choice?",
    (
        Choice(
            "It has twice the parameters, which is too slow",
            "Twice the work may well fit into a second. The trouble is not speed.",
        ),
        Choice(
            "It cannot be trained with backpropagation",
            "It can: two networks, whose gradients meet at the output.",
        ),
        Choice(
            "Its backward pass starts at the end of the talk, which has not been spoken yet",
            "Right. Every output depends on the whole future. One waits for the end, or lets it look ahead a little only.",
            right=True,
        ),
        Choice(
            "The two directions must have the same weights",
            "They have weights of their own, and that would not matter here.",
        ),
    ),
)

truncated = Question(
    "truncated",
    "Truncated backpropagation",
    "A text of 10,000 characters is trained on in pieces of 50 steps. The state is carried from piece to piece, the "
    "gradient is not. What holds? Pick all that apply.",
    (
        Choice(
            "Memory for the backward pass is bounded by 50 steps",
            "Right: the caches of one piece are all that is kept.",
            right=True,
        ),
        Choice(
            "The network cannot use anything older than 50 steps when it predicts",
            "The state is carried, so what it already knows how to keep goes on. It is only never *taught* across the "
            "border.",
        ),
        Choice(
            "A dependence over 200 steps gets no gradient of its own",
            "Right: no gradient crosses a border, so nothing teaches it directly.",
            right=True,
        ),
        Choice(
            "The gradient is the same as that of the whole text, only computed in pieces",
            "The terms that cross a border are missing. It is an approximation, and a biased one.",
        ),
    ),
)

reset_gate = Question(
    "reset_gate",
    "Two gated units",
    "The weights of the course's GRU are loaded into `torch.nn.GRU` and the outputs differ, although no shape is wrong "
    "and the gates agree. Why?",
    (
        Choice(
            "torch has no reset gate",
            "It has one, under the name r.",
        ),
        Choice(
            "torch uses the sigmoid for the candidate",
            "Both use tanh.",
        ),
        Choice(
            "The course multiplies the old state by $\\Gamma_r$ before $W_c$, torch multiplies by it after its matrix",
            "Right. W (Γ_r ⊙ c) and Γ_r ⊙ (W c) are different functions, so weights do not transfer.",
            right=True,
        ),
        Choice(
            "torch applies $\\Gamma_u$ twice",
            "Once, as here; only its z stands for 1 − Γ_u.",
        ),
    ),
)

EXERCISES: list[Exercise | Question] = [
    shape_of_task,
    perplexity_of_uniform,
    what_vanishes,
    clipping_cures,
    truncated,
    gate_of_zero,
    reset_gate,
    forget_gate,
    next_input,
    real_time,
]

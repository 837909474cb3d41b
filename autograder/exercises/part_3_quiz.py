"""What is asked in the quiz on part 3."""

from autograder.exercise import Exercise
from autograder.quiz import Choice, Question

what_is_fed = Question(
    "what_is_fed",
    "What the decoder is fed",
    "The decoder is trained with teacher forcing on the target *2 0 2 4 `<EOS>`*. At its third step it has just "
    "predicted 9 where 0 was right. What does it read at that third step?",
    (
        Choice(
            "The 9, since that is what it said",
            "That is how it runs once it is trained. In training one early slip would spoil all steps after it.",
        ),
        Choice(
            "The 0, the true token before the one to predict",
            "Right. Each step is asked: given what truly came before, what comes next.",
            right=True,
        ),
        Choice(
            "The 2, the token that it has to predict",
            "Then it would only have to copy its input, and would have learned nothing for the time when no one tells it.",
        ),
        Choice(
            "The whole distribution over the tokens",
            "A distribution is what comes out. What goes in is the embedding of one token.",
        ),
    ),
)

one_vector = Question(
    "one_vector",
    "One vector for everything",
    "A model without attention turns one date in an input into ISO form without a mistake, and hardly ever four. Its "
    "loss on training inputs of four dates is high too. What is the most likely reason?",
    (
        Choice(
            "It overfits the inputs of one date",
            "It does badly on training inputs as well, so it is not that it learned them by heart.",
        ),
        Choice(
            "The decoder cannot count to four",
            "An LSTM counts that far with ease. What it lacks is what to write.",
        ),
        Choice(
            "All that the decoder will ever know of the input must go through one vector of fixed size",
            "Right. Four times as much has to be kept in as many numbers, and the first date through the most steps.",
            right=True,
        ),
        Choice(
            "Greedy decoding finds bad outputs",
            "The loss is measured with the true tokens fed, so no search has any part in it.",
        ),
    ),
)

greedy_or_beam = Question(
    "greedy_or_beam",
    "What a beam finds",
    "First tokens: $P(A) = 0.6$, $P(B) = 0.4$. Second tokens: after A, $P(x) = P(y) = 0.5$; after B, $P(x) = 0.9$ and "
    "$P(y) = 0.1$. All end there. What do greedy search and a beam of width 2 return?",
    (
        Choice(
            "Both return A x",
            "A x has probability 0.30. A beam of 2 keeps B as well, and B x has more than that.",
        ),
        Choice(
            "Both return B x",
            "Greedy search has left B behind after the first token, where A is the likelier.",
        ),
        Choice(
            "Greedy A y, beam A x",
            "Both have 0.30. There is a sequence with more.",
        ),
        Choice(
            "Greedy A x (or A y), beam B x",
            "Right: 0.6 · 0.5 = 0.30 against 0.4 · 0.9 = 0.36.",
            right=True,
        ),
    ),
)

short_or_long = Question(
    "short_or_long",
    "Short or long",
    "Two finished hypotheses: one of 3 tokens with $\\sum \\log p = -1.5$, one of 6 tokens with $\\sum \\log p = -2.4$. "
    "Which one is ranked first?",
    (
        Choice(
            "The short one for $\\alpha = 0$, the long one for $\\alpha = 1$",
            "Right: −1.5 > −2.4 as sums, and −2.4 / 6 = −0.4 > −1.5 / 3 = −0.5 as means.",
            right=True,
        ),
        Choice(
            "The short one for any $\\alpha$",
            "Dividing by a power of the length helps the longer one. For α = 1 the means are −0.5 and −0.4.",
        ),
        Choice(
            "The long one for any $\\alpha$",
            "With α = 0 nothing is divided, and −1.5 is more than −2.4.",
        ),
        Choice(
            "The long one for $\\alpha = 0$, the short one for $\\alpha = 1$",
            "The other way round: each further token makes a sum of logarithms smaller.",
        ),
    ),
)

whose_fault = Question(
    "whose_fault",
    "Whose fault",
    "The search ranks by normalised scores. On a held-out input it returned $\\hat y$ with a score of −0.31; the right "
    "answer $y^*$ has a score of −0.24 under the same model. What would help? Pick all that apply.",
    (
        Choice(
            "A wider beam",
            "Right. The model prefers the right answer; the search lost it on the way.",
            right=True,
        ),
        Choice(
            "More training of the model",
            "The model is not at fault here: it gives the right answer the better score already.",
        ),
        Choice(
            "Comparing the plain probabilities instead, as the search does not matter then",
            "The search ranks by normalised scores, so these decide whether it has failed.",
        ),
        Choice(
            "A narrower beam, since the found answer is longer",
            "Nothing is said of lengths, and whatever a narrow beam finds, it looks at less.",
        ),
    ),
)

wider_and_worse = Question(
    "wider_and_worse",
    "Wider, and worse",
    "With plain sums of log-probabilities a beam of 50 finds hypotheses of a higher score than a beam of 5, and yet "
    "BLEU falls: the outputs are much too short. What holds?",
    (
        Choice(
            "The wider search has a mistake in its code",
            "It found higher scores, which is all that it is asked for.",
        ),
        Choice(
            "The model gives short outputs too high a score; the narrow beam hid it",
            "Right. A better search shows what the model really prefers. The scores have to change: normalise by length.",
            right=True,
        ),
        Choice(
            "A wider beam always gives better text in the end, so 50 is still too narrow",
            "An even wider one comes closer to the model's favourite, which may be the empty output.",
        ),
        Choice(
            "BLEU has no part that looks at length",
            "Its brevity penalty does, and it is what falls here.",
        ),
    ),
)

the_the_the = Question(
    "the_the_the",
    "Four times the",
    "The candidate is *the the the the*, the reference *the cat is on the mat*. What is BLEU's unigram precision?",
    (
        Choice("4/4", "Every *the* stands in the reference; so counted, nonsense would be perfect."),
        Choice("2/6", "Precision divides by the length of the candidate, not of the reference."),
        Choice("2/4", "Right. A word counts at most as often as a reference has it: twice.", right=True),
        Choice("1/4", "Clipping is to the count in the reference, and *the* stands there twice."),
    ),
)

where_weights_add_up = Question(
    "where_weights_add_up",
    "Where weights add up",
    "Three examples, the longest input of 7 tokens, 5 output steps. All weights of attention together are an array of "
    "shape (3, 5, 7). What holds? Pick all that apply.",
    (
        Choice(
            "They add up to 1 over the last axis, the input's positions",
            "Right. At each output step the input's positions share one look.",
            right=True,
        ),
        Choice(
            "They add up to 1 over the middle axis, the output steps",
            "A position may be looked at at every step, or never.",
        ),
        Choice(
            "A weight on padding is 0",
            "Right, when the mask has taken part before the softmax.",
            right=True,
        ),
        Choice(
            "They add up to 1 over the examples",
            "Examples know nothing of each other. A softmax over them is a mistake that no shape reveals.",
        ),
    ),
)

why_the_root = Question(
    "why_the_root",
    "Why the root",
    "Queries and keys have 64 entries, independent, of mean 0 and variance 1. Why are their dot products divided by 8?",
    (
        Choice(
            "So that the weights add up to 1",
            "The softmax sees to that, whatever it is given.",
        ),
        Choice(
            "So that a mean is taken in place of a sum",
            "A mean would divide by 64. It makes energies so small that all weights are nearly equal.",
        ),
        Choice(
            "So that keys and values have the same size",
            "Values are not part of the energies.",
        ),
        Choice(
            "Their standard deviation is 8, and with energies so far apart the softmax saturates and its gradient vanishes",
            "Right: the variance of a sum of 64 such products is 64.",
            right=True,
        ),
    ),
)

mask_and_softmax = Question(
    "mask_and_softmax",
    "The mask's place",
    "`weights = softmax(energies) * mask` is used, with a mask of 1 for tokens and 0 for padding. What goes wrong? Pick "
    "all that apply.",
    (
        Choice(
            "Weights of padded inputs add up to less than 1",
            "Right. Padding took its share of the softmax before it was removed.",
            right=True,
        ),
        Choice(
            "An input gives another context when more padding is put behind it",
            "Right, so that a result depends on what else is in the batch.",
            right=True,
        ),
        Choice(
            "Padding still gets a weight above 0",
            "The product removes it. What is wrong is what the others have left.",
        ),
        Choice(
            "Nothing, if all inputs of a batch are of equal length",
            "Right as well: without padding the mask is 1 throughout, which is why tests without padding miss it.",
            right=True,
        ),
    ),
)

EXERCISES: list[Exercise | Question] = [
    what_is_fed,
    one_vector,
    greedy_or_beam,
    short_or_long,
    whose_fault,
    wider_and_worse,
    the_the_the,
    where_weights_add_up,
    why_the_root,
    mask_and_softmax,
]

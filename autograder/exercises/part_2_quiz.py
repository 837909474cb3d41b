"""What is asked in the quiz on part 2."""

from autograder.exercise import Exercise
from autograder.quiz import Choice, Question

look_up = Question(
    "look_up",
    "Two ways to the same vector",
    "$E$ has shape (50, 10,000) and $o_j$ is the one-hot column of word $j$. Why does nobody compute $E\\,o_j$ as a "
    "product?",
    (
        Choice(
            "The product is only an approximation of the word's vector",
            "It is exact: all terms but one are multiplied by 0, and that one by 1.",
        ),
        Choice(
            "It takes 500,000 multiplications to copy 50 numbers",
            "Right. The product picks out column $j$, which an index does without any arithmetic.",
            right=True,
        ),
        Choice(
            "No gradient goes through a product with a one-hot vector",
            "One does: $dE = de\\,o_j^T$, which is 0 in every column but $j$. The look-up has the same gradient.",
        ),
        Choice(
            "The product gives a row of $E$ and not a column",
            "A matrix times a column is a combination of its columns, here column $j$ alone.",
        ),
    ),
)

repeated_word = Question(
    "repeated_word",
    "A word that comes twice",
    "A batch holds the word *the* at five places, and `G[:, i]` is the gradient at place i. With NumPy, what does "
    "`dE[:, words] += G` leave in the column of *the*?",
    (
        Choice(
            "The sum of its five gradients, which is right",
            "It ought to be that. NumPy reads `dE[:, words]` first, adds, and then writes five times into the same "
            "column.",
        ),
        Choice(
            "The mean of its five gradients",
            "Nothing divides. And the mean would be wrong too: each place adds to the loss.",
        ),
        Choice(
            "An error, since an index may come only once",
            "NumPy takes repeated indices without a word, which is what makes this mistake hard to see.",
        ),
        Choice(
            "The gradient of one of the five places only",
            "Right: the last write wins. `np.add.at`, or a product with the one-hot matrix, sums them.",
            right=True,
        ),
    ),
)

nearest_to_the_sum = Question(
    "nearest_to_the_sum",
    "King and queen",
    "Among all words of a vocabulary, which one is usually nearest to $e_{king} - e_{man} + e_{woman}$ by cosine, when "
    "none is left out?",
    (
        Choice(
            "*queen*",
            "It is usually so only when the three words of the question are left out, as the analogy's rule says.",
        ),
        Choice("*woman*", "One of three terms; the sum is nearer to what the whole of it began with."),
        Choice("*man*", "It is subtracted, which moves the sum away from it."),
        Choice(
            "*king*",
            "Right. The difference of *woman* and *man* is short beside *king*, so the sum stays close to where it began. "
            "The rule leaves out the three words asked.",
            right=True,
        ),
    ),
)

reading_a_map = Question(
    "reading_a_map",
    "Reading a map",
    "A t-SNE map of 300 words shows a tight group of months, a wide group of verbs, and twice as much space between "
    "months and verbs as between verbs and cities. What may you conclude? Pick all that apply.",
    (
        Choice(
            "Months are near one another in the original space",
            "Right. Near neighbours are what t-SNE tries to keep, so a group that stays together at several perplexities "
            "is worth a look at the vectors themselves.",
            right=True,
        ),
        Choice(
            "Verbs are more varied than months, since their group is wider",
            "The method evens out densities: how wide a group is drawn says nothing of how wide it is.",
        ),
        Choice(
            "Months are farther from verbs than cities are",
            "Distances between groups are not kept, and change with the perplexity and the seed.",
        ),
        Choice(
            "The vertical axis stands for a meaning",
            "The map may be turned and mirrored at will; its axes have no meaning.",
        ),
    ),
)

what_softmax_gets = Question(
    "what_softmax_gets",
    "What the softmax gets",
    "In skip-gram, $p(t \\mid c)$ for a vocabulary of $V$ words and vectors of size 50 is the entry $t$ of",
    (
        Choice(
            "$\\mathrm{softmax}(e_c)$",
            "That has 50 entries, one for each feature of the centre word, and not one for each word.",
        ),
        Choice(
            "$\\mathrm{softmax}(E\\,e_c)$",
            "The shapes do not even fit, and a word would have to predict itself: $e_c^T e_c$ is large. That is why there "
            "are two matrices.",
        ),
        Choice(
            "$\\mathrm{softmax}(\\Theta e_c)$ with $\\Theta$ of shape $(V, 50)$",
            "Right: every word has an output vector $\\theta_t$ of its own, and its score is $\\theta_t^T e_c$.",
            right=True,
        ),
        Choice(
            "$\\sigma(\\Theta e_c)$",
            "A sigmoid each does not make probabilities that add up to one over the words. It is what negative sampling "
            "uses, for another question.",
        ),
    ),
)

tree_of_words = Question(
    "tree_of_words",
    "A tree in place of a sum",
    "Hierarchical softmax on a Huffman tree of 100,000 words. What holds? Pick all that apply.",
    (
        Choice(
            "The probabilities of all words add up to one, whatever the parameters are",
            "Right. At each inner node left and right add up to one, so the leaves do.",
            right=True,
        ),
        Choice(
            "They add up to one only once the tree's vectors are trained",
            "σ(z) + σ(−z) = 1 holds for any z. Training has nothing to do with it.",
        ),
        Choice(
            "A frequent word costs fewer steps than a rare one",
            "Right: Huffman's code gives short paths to frequent words, so that the expected length is the least there is.",
            right=True,
        ),
        Choice(
            "Every word has an output vector of its own, as with the full softmax",
            "The vectors sit at the inner nodes, of which there are V − 1. A word has a path, not a vector.",
        ),
    ),
)

three_quarters = Question(
    "three_quarters",
    "Three quarters",
    "*the* occurs 16 times as often as *cat*. Negatives are drawn in proportion to $f^{3/4}$. How many times as often "
    "as *cat* is *the* drawn?",
    (
        Choice("16 times", "That is drawing by frequency: the exponent would be 1."),
        Choice("12 times", "3/4 is an exponent here, not a factor."),
        Choice("8 times", "Right: $16^{3/4} = 2^3 = 8$. Rare words get more than their share.", right=True),
        Choice("As often", "That is drawing uniformly: the exponent would be 0."),
    ),
)

never_together = Question(
    "never_together",
    "Pairs that never met",
    "Most pairs of words never occur together: $X_{ij} = 0$. What does GloVe do with them?",
    (
        Choice(
            "$f(0) = 0$ takes them out of the sum, so they are not even visited",
            "Right. The work grows with the pairs that do occur, not with $V^2$.",
            right=True,
        ),
        Choice(
            "It replaces $\\log X_{ij}$ by $\\log (1 + X_{ij})$",
            "That would move every other target too. The sum leaves such pairs out instead.",
        ),
        Choice(
            "It pushes their vectors apart, as negative samples do",
            "Nothing in GloVe's sum is about a pair that was not seen. Negative sampling is the one with such a term.",
        ),
        Choice(
            "Their target is $\\log 0 = -\\infty$, which the weighting keeps finite",
            "0 times infinity is NaN on a computer. The terms must be left out before the logarithm.",
        ),
    ),
)

neutral_or_equal = Question(
    "neutral_or_equal",
    "Neutralise or equalise",
    "After neutralising *doctor* and equalising the pair *he*, *she* along the direction $g$, what holds? Pick all that "
    "apply.",
    (
        Choice(
            "*doctor* has no component along $g$",
            "Right: its projection on $g$ was taken away.",
            right=True,
        ),
        Choice(
            "*doctor* is as similar to *he* as to *she*",
            "Right: the two differ only along $g$, where *doctor* has nothing.",
            right=True,
        ),
        Choice(
            "*he* and *she* are the same vector",
            "They are mirror images about the plane orthogonal to $g$: equal there, opposite along $g$.",
        ),
        Choice(
            "Nothing in the vectors tells any more which words were stereotyped",
            "Words that shared a stereotype still stand near one another. Debiasing along one direction hides bias more "
            "than it removes it.",
        ),
    ),
)

average_of_words = Question(
    "average_of_words",
    "What an average cannot see",
    "A classifier averages the vectors of a sentence's words. It is tested on pairs such as *not good, just bad* and "
    "*not bad, just good*, whose labels differ. How many pairs can it get wholly right?",
    (
        Choice(
            "All, with enough training data",
            "Both sentences have the same average, so they get the same label whatever it has learned.",
        ),
        Choice(
            "None: both sentences of a pair get the same label",
            "Right. Half of the sentences at best, and never both of a pair.",
            right=True,
        ),
        Choice(
            "Half of them, by guessing",
            "Half of the *sentences*, yes. Of a pair it gets one at most, since it cannot answer differently.",
        ),
        Choice(
            "All, if the vectors are trained and not frozen",
            "The sum of the same vectors is the same sum, trained or not.",
        ),
    ),
)

EXERCISES: list[Exercise | Question] = [
    look_up,
    repeated_word,
    nearest_to_the_sum,
    reading_a_map,
    what_softmax_gets,
    tree_of_words,
    three_quarters,
    never_together,
    neutral_or_equal,
    average_of_words,
]

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
r"""
# 09 · Word vectors: what they know, and what they should not

A word vector is a column of numbers that was learned from text. Nobody told it what the word means, and yet words that are used alike lie near each other, and *king* minus *man* plus *woman* comes out near *queen*. In this notebook you
build all that is done *with* word vectors, and try it on real ones: 20 000 words of GloVe. Then you look at what such vectors have picked up besides meaning: who is a nurse, and who is a captain. You measure it, and move it.

| | |
|---|---|
| **You need** | one-hot vectors (`01-sequences`), a little linear algebra: projections, the singular value decomposition |
| **You build** | thirteen functions: embedding and its gradient, similarity, neighbours, analogies, the direction of a bias, debiasing |
| **Time** | about 3 hours |
| **Points** | 100; you pass with 80 |
| **What it leads to** | learning such vectors from text (`10-word2vec`, `11-glove`), and using them (`12-sentiment`) |

**How it works.** Run the cells in order (Shift and Enter). An exercise is a cell with a function whose body you write. The cell under it
runs `check`: one row for each thing that was looked at, with its points. You may check as often as you like. Hints are folded under each
exercise. A wrong earlier function costs you only its own points when grading.

**Lecture notes.** Where this notebook names lecture note 003, it means that of the course that this package belongs to. You do not need it. Where the
notebook departs from it, it says so for those who have read it.
"""

# %% setup=true
import numpy as np

from autograder import check
from seqlib.data import glove_vectors
from seqlib.plots import word_vectors as plots
from seqlib.widgets.word_vectors import map_explorer

# %% [markdown]
r"""
**Notation.** Words are whole numbers from 0 to $V - 1$. The **embedding matrix** $E$ has the shape $(n_e, V)$: each word $j$ has a *column* $e_j$ of $n_e$ features. In code, `E[:, j]`. Several words are an array of whole numbers, `indices`.
"""

# %% [markdown]
r"""
## 1 · The embedding matrix

A one-hot vector $o_j$ says which word it is and nothing else: every two words are equally far apart. The embedding matrix gives each word features instead. Multiplied by $o_j$, it gives the column of word $j$:

$$
E \, o_j = e_j
$$

For $m$ words, put their one-hot vectors side by side as the columns of $O$, of shape $(V, m)$. Then $E\,O$, of shape $(n_e, m)$, holds the vectors of all of them.
"""

# %% [markdown]
r"""
{exercise: one_hot_product}

Return the one-hot columns $O$ and the product $E\,O$. (Where `check` says *token 3, example 0*, it means row 3 and column 0 of $O$.)

<details><summary>Hint 1: the ones</summary>

Begin with zeros of shape $(V, m)$. Column $j$ gets its 1 in row `indices[j]`: a loop over `j` does it.

</details>
<details><summary>Hint 2: without a loop</summary>

`O[rows, columns] = 1` with two arrays of equal length sets one entry for each pair. Or choose columns of the identity, `np.eye(V)`; it has $V^2$ entries, too many for a large vocabulary.

</details>
"""


# %% exercise="one_hot_product"
def one_hot_product(E, indices):
    """Vectors of words as the product of E with their one-hot columns."""
    ### BEGIN SOLUTION
    O = np.zeros((E.shape[1], len(indices)))
    O[indices, np.arange(len(indices))] = 1
    return O, E @ O
    ### END SOLUTION


# %% check="one_hot_product"
check(one_hot_product)

# %% demo=true
few = ["the", "cat", "sat", "mat", "on"]
small = np.random.default_rng(3).normal(0, 1, (3, len(few)))
asked = [1, 4, 1]
O, e = one_hot_product(small, np.array(asked))
plots.product(small, O, e, few, [few[i] for i in asked])

# %% [markdown]
r"""
The product multiplies nearly everything by 0. So nobody computes it: the column is read out of the matrix, which is a **look-up**. The one-hot product is for formulas, the look-up for programs.

A batch of $m$ sentences with $T_x$ words each is an array of indices $(m, T_x)$. Its vectors have the shape $(n_e, m, T_x)$, features first as everywhere in this course, and can go into a recurrent network as they are.
"""

# %% [markdown]
r"""
{exercise: look_up_vectors}

Read the vectors of a whole batch out of $E$.

<details><summary>Hint</summary>

NumPy takes an array of any shape as an index. `E[:, j]` is one column; what is `E[:, array]`?

</details>
"""


# %% exercise="look_up_vectors"
def look_up_vectors(E, indices):
    """Vectors of the words of a batch of sentences, read out of E."""
    ### BEGIN SOLUTION
    return E[:, indices]
    ### END SOLUTION


# %% check="look_up_vectors"
check(look_up_vectors)

# %% setup=true
words, E = glove_vectors.load()
index = {word: i for i, word in enumerate(words)}
n_e, V = E.shape

# %% demo=true
from timeit import repeat

frequent = E[:, :2000]
sentences = np.random.default_rng(0).integers(0, frequent.shape[1], (16, 12))
by_look_up = look_up_vectors(frequent, sentences)
by_product = one_hot_product(frequent, sentences.ravel())[1].reshape(n_e, *sentences.shape)
quick = min(repeat(lambda: look_up_vectors(frequent, sentences), number=1))
slow = min(repeat(lambda: one_hot_product(frequent, sentences.ravel()), number=1))
print(f"{frequent.shape[1]:,} words with {n_e} features each; {sentences.size} of them are asked for")
print("both ways give the same numbers:", np.array_equal(by_look_up, by_product))
print(f"the product takes {slow / quick:,.0f} times as long")

# %% [markdown]
r"""
These are real vectors: the 50-dimensional ones of GloVe (Pennington, Socher and Manning, 2014), made from six billion words of the English Wikipedia and of news, and in the public domain. Of its 400 000 words we take 20 000; the comparison above has the first 2000 of them. `words` is the list of them, the most frequent first; `index` says where a word stands.

### What goes back

When the vectors themselves are trained, a gradient reaches each vector that was looked up. Let $\partial L / \partial e$ have the shape $(n_e, m)$, a column for each word in `indices`. Since $e = E\,O$,

$$
\frac{\partial L}{\partial E} = \frac{\partial L}{\partial e}\, O^\top
$$

Each column goes back to the place it came from, and all other columns of $E$ get 0. Mind what the product does where a word comes *twice* in `indices`: both gradients reach the same column, and **add up**.
"""

# %% [markdown]
r"""
{exercise: look_up_backward}

Compute the gradient at $E$, of shape $(n_e, V)$, without the large product. `de` is $(n_e, m)$.

<details><summary>Hint 1: what goes wrong without a word said</summary>

Try `x = np.zeros(3); x[[1, 1]] += 1` and look at `x`. NumPy reads all entries, adds, and writes all back: the second writing covers the first.

</details>
<details><summary>Hint 2: two ways that work</summary>

A loop over the words, one column at a time. Or `np.add.at(array, where, values)`, which adds again and again where an index comes again; it indexes the first axis, so give it a transposed view: what is written into `dE.T` stands in `dE`.

</details>
"""


# %% exercise="look_up_backward"
def look_up_backward(de, indices, V):
    """The gradient that reaches E through a look-up; a word that comes twice gets the sum."""
    ### BEGIN SOLUTION
    dE = np.zeros((len(de), V))
    np.add.at(dE.T, indices, de.T)
    return dE
    ### END SOLUTION


# %% check="look_up_backward"
check(look_up_backward)

# %% demo=true
rng = np.random.default_rng(1)
indices = np.array([3, 1, 3])
de = rng.normal(0, 1, (2, 3))
O = one_hot_product(np.zeros((2, 5)), indices)[0]
print("by look-up:\n", look_up_backward(de, indices, 5).round(2))
print("by the product with the transposed one-hot columns:\n", (de @ O.T).round(2))

# %% [markdown]
r"""
## 2 · Near and far

How alike are two words? The **cosine similarity** is the cosine of the angle between their vectors:

$$
\text{sim}(u, v) = \frac{u^\top v}{\lVert u \rVert \, \lVert v \rVert}
$$

It is 1 for the same direction, 0 for a right angle, −1 for opposite directions. The lengths go out, and that is wanted: how long a word's vector is says little of what the word means.

A vector of zeros has no direction. Its similarity to anything is 0, by agreement.
"""

# %% [markdown]
r"""
{exercise: cosine_similarity}

Return the cosine of two vectors, and 0 where one of them is zero throughout.

<details><summary>Hint</summary>

`np.linalg.norm(u)` is the length. Divide only where the product of the two lengths is above 0.

</details>
"""


# %% exercise="cosine_similarity"
def cosine_similarity(u, v):
    """The cosine of the angle between two vectors; 0 where one of them is 0."""
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(u) * np.linalg.norm(v)
    return float(u @ v / lengths) if lengths > 0 else 0.0
    ### END SOLUTION


# %% check="cosine_similarity"
check(cosine_similarity)

# %% demo=true
for first, second in [
    ("cat", "dog"),
    ("cat", "banana"),
    ("good", "bad"),
    ("paris", "france"),
    ("paris", "lipstick"),
]:
    print(f"{first:<7}{second:<10}{cosine_similarity(E[:, index[first]], E[:, index[second]]):6.2f}")

# %% [markdown]
r"""
*good* and *bad* come out as alike as *paris* and *france*: the vectors know which words stand in the same surroundings, and opposites do.

To compare one word with *all*, divide every column by its length once. Then the cosines are plain products.
"""

# %% [markdown]
r"""
{exercise: unit_columns}

Return $E$ with every column divided by its own length. A column of zeros stays as it is.

<details><summary>Hint</summary>

`np.linalg.norm(E, axis=0)` has the lengths of all columns, shape $(V,)$. Where one is 0, divide by 1 instead: `np.where(condition, a, b)`.

</details>
"""


# %% exercise="unit_columns"
def unit_columns(E):
    """Every word's vector at length 1; a vector of zeros stays as it is."""
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(E, axis=0, keepdims=True)
    return np.divide(E, lengths, out=np.zeros_like(E), where=lengths > 0)
    ### END SOLUTION


# %% check="unit_columns"
check(unit_columns)

# %% [markdown]
r"""
{exercise: nearest_words}

Return the `k` words whose vectors have the largest cosines with a vector `e`, the nearest first, and these cosines. Where two words are equally near, the one with the smaller index comes first; a column of zeros has the cosine 0. Words in the list `leave_out` are no answers, however near they are. (`e` is not zero, and at least `k` words are left.)

`leave_out` will be needed at once: the nearest neighbour of a word is that word.

<details><summary>Hint 1: all cosines</summary>

`e @ unit_columns(E)` lacks one division.

</details>
<details><summary>Hint 2: leaving out</summary>

Give those words a similarity that is smaller than any cosine, such as `-np.inf`. Deleting them would move the places of all that come after.

</details>
<details><summary>Hint 3: the k largest</summary>

`np.argsort` sorts from small to large and gives places. Sort the negative similarities, with `kind="stable"`: it leaves equal ones in their order.

</details>
"""


# %% exercise="nearest_words"
def nearest_words(e, E, k, leave_out):
    """The k words whose vectors have the largest cosines with e."""
    ### BEGIN SOLUTION
    similarities = e @ unit_columns(E) / np.linalg.norm(e)
    similarities[list(leave_out)] = -np.inf
    found = np.argsort(-similarities, kind="stable")[:k]
    return found, similarities[found]
    ### END SOLUTION


# %% check="nearest_words"
check(nearest_words)

# %% demo=true
for word in ("frog", "guitar", "january", "happy", "apple", "nurse"):
    found, cosines = nearest_words(E[:, index[word]], E, 6, [index[word]])
    print(f"{word:<9}", ", ".join(f"{words[i]} {c:.2f}" for i, c in zip(found, cosines, strict=True)))

# %% [markdown]
r"""
*apple* is a maker of computers here and no fruit (*blackberry*, its nearest word, is a phone): a word has one vector for all that it means, and in the news one meaning wins. Change the words, and look at some of your own.

## 3 · Analogies

If the way from *man* to *woman* is about the same as that from *king* to *queen*, then

$$
e_{\text{king}} - e_{\text{man}} \approx e_{\text{queen}} - e_{\text{woman}}
$$

So *man is to king as woman is to …?* is answered by the word whose vector is nearest to $e_{\text{king}} - e_{\text{man}} + e_{\text{woman}}$. In letters, **a is to b as c is to d**:

$$
d = \underset{w \,\notin\, \{a, b, c\}}{\arg\max} \;\; \text{sim}\left(e_w,\; e_b - e_a + e_c\right)
$$

with all vectors at length 1 before they are added. This is called 3CosAdd.

> **A remark on lecture note 003.** Its formula, $\text{sim}(e_w, e_{\text{king}} - e_{\text{man}} + e_{\text{woman}})$, does not say which words $w$ may be. It matters more than one would think, as you will see.
"""

# %% [markdown]
r"""
{exercise: analogy}

Return the word $d$, by your `unit_columns` and `nearest_words`. None of the three words of the question is an answer.

The second row asks analogies of real words, among 40 others.

<details><summary>Hint</summary>

The target is a vector $(n_e,)$ made of three columns of `unit_columns(E)`. `nearest_words` gives two arrays; you want the first entry of the first.

</details>
"""


# %% exercise="analogy"
def analogy(E, a, b, c):
    """The word that is to c as b is to a: nearest to e_b − e_a + e_c by cosine, a, b and c left out."""
    ### BEGIN SOLUTION
    unit = unit_columns(E)
    target = unit[:, b] - unit[:, a] + unit[:, c]
    found, _ = nearest_words(target, E, 1, [a, b, c])
    return int(found[0])
    ### END SOLUTION


# %% check="analogy"
check(analogy)

# %% demo=true
for question in (
    "man king woman",
    "france paris italy",
    "japan japanese russia",
    "big bigger small",
    "car cars child",
):
    a, b, c = question.split()
    print(f"{a} is to {b} as {c} is to {words[analogy(E, index[a], index[b], index[c])]}")

# %% [markdown]
r"""
### A look at what was left out

The most famous result of word vectors holds by a rule that is seldom told. Here are the words nearest to *king − man + woman* with *nothing* left out:
"""

# %% demo=true
unit = unit_columns(E)
asked = ["king", "man", "woman"]
king, man, woman = (unit[:, index[word]] for word in asked)
target = king - man + woman
found, cosines = nearest_words(target, E, 8, [])
print(f"before anything is added, queen is to king: {cosine_similarity(king, unit[:, index['queen']]):.3f}")
plots.ranking([words[i] for i in found], cosines, asked, "king − man + woman")

# %% [markdown]
r"""
The nearest word is *king*. The way from *man* to *woman* is short, as they are alike already, so the target has hardly left *king*. *queen* wins once *king* is forbidden, and it was among *king*'s neighbours from the start. That does not make the vectors worthless: *queen* does come nearer than *prince*. But an analogy that "works" says less than it seems to.

How often does it work?
"""

# %% [markdown]
r"""
{exercise: analogy_accuracy}

Return the share of the questions whose answer is right. `questions` is $(m, 4)$, in each row $a$, $b$, $c$ and the right answer $d$.

<details><summary>Hint</summary>

The mean of a list of True and False is the share of True.

</details>
"""


# %% exercise="analogy_accuracy"
def analogy_accuracy(E, questions):
    """The share of analogies whose answer is the right word."""
    ### BEGIN SOLUTION
    return float(np.mean([analogy(E, a, b, c) == d for a, b, c, d in questions]))
    ### END SOLUTION


# %% check="analogy_accuracy"
check(analogy_accuracy)

# %% [markdown]
r"""
Eight kinds of relations, with pairs of words for each. Every pair is asked with the next three: *man, woman, king, queen*, and so on.
"""

# %% setup=true
SECTIONS = {
    "family": "man woman, king queen, boy girl, father mother, son daughter, brother sister, husband wife, uncle aunt, "
    "grandfather grandmother, prince princess, actor actress, nephew niece, he she, his her",
    "capital": "france paris, italy rome, germany berlin, spain madrid, japan tokyo, china beijing, russia moscow, "
    "england london, greece athens, egypt cairo, norway oslo, austria vienna, poland warsaw, cuba havana",
    "people": "france french, italy italian, germany german, spain spanish, japan japanese, china chinese, russia russian, "
    "england english, greece greek, sweden swedish, poland polish, brazil brazilian, egypt egyptian, mexico mexican",
    "plural": "cat cats, dog dogs, car cars, child children, house houses, bird birds, hand hands, eye eyes, horse horses, "
    "banana bananas, road roads, city cities, machine machines, woman women",
    "comparative": "big bigger, small smaller, fast faster, slow slower, good better, bad worse, high higher, low lower, "
    "long longer, short shorter, young younger, old older, strong stronger, cheap cheaper",
    "past tense": "go went, take took, walk walked, play played, say said, see saw, run ran, write wrote, think thought, "
    "sing sang, fly flew, sell sold, swim swam, fall fell",
    "currency": "japan yen, usa dollar, europe euro, russia ruble, india rupee, korea won, mexico peso, thailand baht, "
    "denmark krone, brazil real, sweden krona, hungary forint",
    "opposite": "happy unhappy, possible impossible, known unknown, likely unlikely, certain uncertain, able unable, "
    "clear unclear, fair unfair, honest dishonest, legal illegal, aware unaware, regular irregular",
}


def questions_of(text):
    """Each pair with the next three, as whole numbers (m, 4)."""
    pairs = [[index[word] for word in pair.split()] for pair in text.split(", ")]
    return np.array(
        [pair + pairs[(i + step) % len(pairs)] for i, pair in enumerate(pairs) for step in (1, 2, 3)]
    )


# %% demo=true
def with_all_words(questions):
    """The share of right answers where the words of the question may be answers."""
    right = 0
    for a, b, c, d in questions:
        right += nearest_words(unit[:, b] - unit[:, a] + unit[:, c], unit, 1, [])[0][0] == d
    return right / len(questions)


shares = {}
for section, text in SECTIONS.items():
    questions = questions_of(text)
    shares[section] = analogy_accuracy(E, questions), with_all_words(questions)
plots.sections(shares)

# %% [markdown]
r"""
Some relations are there in nearly every case, others in next to none, and the average over all would hide it. Where the answer lies right beside $c$, as *children* beside *child*, the rule "none of the three" does much of the work: without it $c$ itself is the answer that comes out most often. (Among all 400 000 words of GloVe the shares are lower: there are more words that can come between.)

Are the ways really alike? Here are some pairs on the plane on which these words differ most: their first two principal components.
"""

# %% demo=true
shown = "man woman, king queen, father mother, brother sister, uncle aunt, boy girl"
pairs = [pair.split() for pair in shown.split(", ")]
names = [word for pair in pairs for word in pair]
vectors = unit[:, [index[word] for word in names]].astype(float)
centred = vectors - vectors.mean(axis=1, keepdims=True)
directions = np.linalg.svd(centred)[0][:, :2]
plots.ways(
    directions.T @ centred,
    names,
    [(2 * i, 2 * i + 1) for i in range(len(pairs))],
    "Two principal components of twelve words",
)

# %% [markdown]
r"""
Most arrows point the same way, roughly. A plane is a shadow of 50 dimensions: of the squared distances between these words it keeps only a part. Which brings up maps.

## 4 · Maps, and how they mislead

Fifty dimensions cannot be looked at. **t-SNE** (van der Maaten and Hinton, 2008) draws a map on which words that are near in the fifty dimensions are near again. It tries to keep *who* is near; it does not keep *how* near, nor how far the far ones are. What "near" means is set by its **perplexity**, which is roughly the number of neighbours that each word looks after.

Here are the same vectors at three perplexities. Nothing else differs.
"""

# %% setup=true
GROUPS = {
    "animals": "cat dog horse cow lion tiger fish bird monkey snake sheep pig mouse bear",
    "fruit": "apple orange banana pear grape cherry lemon juice strawberry peach",
    "countries": "france italy germany spain japan china korea russia england sweden poland greece",
    "capitals": "paris rome berlin madrid tokyo beijing seoul moscow london stockholm warsaw athens",
    "family": "mother father son daughter brother sister husband wife uncle aunt nephew niece",
    "jobs": "doctor nurse engineer teacher lawyer judge pilot farmer soldier singer professor student",
    "music": "guitar piano violin drums bass cello flute trumpet song melody",
    "numbers": "one two three four five six seven eight nine ten",
}

# %% demo=true
from sklearn.manifold import TSNE

names = [word for text in GROUPS.values() for word in text.split()]
groups = [group for group, text in GROUPS.items() for _ in text.split()]
points = unit[:, [index[word] for word in names]].astype(float)


def mapped(points, perplexity):
    """Positions (2, m) by t-SNE."""
    tsne = TSNE(perplexity=perplexity, init="random", random_state=0)
    return tsne.fit_transform(points.T).T.astype(float)


maps = {perplexity: mapped(points, perplexity) for perplexity in (2, 5, 15, 40, 80)}
plots.maps({f"perplexity {p}": maps[p] for p in (2, 15, 80)}, groups)

# %% [markdown]
r"""
At 2 the groups fall into crumbs that mean nothing. At 15 there are islands. At 80, nearly as many as there are words, the islands come loose, and the jobs are strewn over a whole corner. None of these maps is *the* picture of the vectors. Is an island larger because its words are less alike? Is one far from another because their meanings are? To find out, measure the same things in 50 dimensions.
"""


# %% demo=true
def widths(points):
    """How far the words of each group lie from its middle."""
    return dict(zip(GROUPS, plots.middles(points, groups)[1], strict=True))


plots.spreads(widths(points), {f"perplexity {p}": widths(maps[p]) for p in (2, 15, 80)})


# %% demo=true
def between(points):
    """The distances of the middles of all pairs of groups."""
    centres = plots.middles(points, groups)[0]
    distances = np.linalg.norm(centres[:, :, np.newaxis] - centres[:, np.newaxis], axis=0)
    return distances[np.triu_indices(len(GROUPS), 1)]


print("correlation of the distances between groups on a map with those in 50 dimensions:")
for perplexity, positions in maps.items():
    print(f"  perplexity {perplexity:>2}: {np.corrcoef(between(points), between(positions))[0, 1]:5.2f}")

# %% [markdown]
r"""
In fifty dimensions *fruit* is nearly as wide as *countries* and more than twice as wide as *numbers*. On each of the maps it is less than half as wide as *countries* and about as wide as *numbers*. A country takes its capital along, and the two make a wide island together; of density the map knows little.

The distances between the groups are kept in rough order where the perplexity is large, and hardly where it is small. No single one of them can be read off a map: put another `random_state` into `mapped`, and they change.

It goes further: t-SNE finds islands where there are none, and makes equals of what is not. On the left, points that are pure chance: both colours are drawn from the same cloud. On the right, two clouds of which one is ten times as wide as the other.
"""

# %% demo=true
rng = np.random.default_rng(0)
chance = rng.normal(0, 1, (50, 100))
clouds = np.concatenate([rng.normal(0, 1, (50, 50)), 10 * rng.normal(0, 1, (50, 50)) + 30], axis=1)
labels = ["points 1 to 50"] * 50 + ["points 51 to 100, on the right ten times as wide"] * 50
true = plots.middles(clouds, labels)[1]
on_map = mapped(clouds, 15)
drawn = plots.middles(on_map, labels)[1]
print(
    f"width of the second cloud, in widths of the first: {true[1] / true[0]:.1f} really, {drawn[1] / drawn[0]:.1f} on the map"
)
plots.maps(
    {"one cloud of pure chance, perplexity 2": mapped(chance, 2), "two clouds, perplexity 15": on_map}, labels
)

# %% [markdown]
r"""
So: what is together on a t-SNE map is usually together in fact. Sizes, gaps and distances say nothing that you may rely on; look at several perplexities, and measure in the real space before you say anything.

Here is a map to walk about in. Choose a word: lines go to its five nearest neighbours *by cosine*, among the words shown. The list says which place each has on the map, by distance from the word. Often it is another one.
"""


# %% demo=true
def five_nearest(place):
    """The places of the five words with the largest cosines, by your own function."""
    return nearest_words(points[:, place], points, 5, [place])[0].tolist()


map_explorer(maps, names, groups, five_nearest, "teacher")

# %% [markdown]
r"""
## 5 · The direction of a bias

Ask the vectors about jobs:
"""

# %% demo=true
for a, b, c in [("man", "doctor", "woman"), ("man", "programmer", "woman"), ("woman", "nurse", "man")]:
    print(f"{a} is to {b} as {c} is to {words[analogy(E, index[a], index[b], index[c])]}")

# %% [markdown]
r"""
(Mind the rule again: *doctor* itself was forbidden as an answer. The analogy alone proves nothing. Let us measure.)

What the vectors know of men and women they have from texts, and with it what the texts take for granted. Bolukbasi and others (*Man is to Computer Programmer as Woman is to Homemaker?*, 2016) look for it as a **direction** $g$ along which pairs like *she* and *he*, *mother* and *father* differ.

Each pair differs in other ways too. So take several. Centre the two words of each pair on their own middle:

$$
\mu_p = \tfrac12 (e_{p1} + e_{p2})
\qquad
C = \left( e_{11} - \mu_1,\; \dots,\; e_{P1} - \mu_P,\; e_{12} - \mu_1,\; \dots,\; e_{P2} - \mu_P \right)
$$

$C$ has the shape $(n_e, 2P)$. What all its columns have in common is its **first principal component**: the left singular vector with the largest singular value $\sigma_1$. Of all squares in $C$, the share along it is $\sigma_1^2 / \sum_i \sigma_i^2$: near 1 if all pairs differ along one line, near $1/P$ if their ways are about equally long and at right angles to one another. (Random ways are only roughly at right angles, and share more.)

A singular vector has no sign of its own; $g$ and $-g$ will do. We settle it: averaged over the pairs, the *first* words shall lie further along $g$ than the second, $\sum_p g \cdot (e_{p1} - e_{p2}) \ge 0$.

(A simpler choice is the mean of the differences $e_{p1} - e_{p2}$. The two are often close; the principal component counts a pair whichever way round it is written.)
"""

# %% [markdown]
r"""
{exercise: bias_direction}

Return $g$, of length 1, and the share of the squares that lies along it. `pairs` is $(m, 2)$, whole numbers. Take $E$ as it is given.

<details><summary>Hint 1: all first words at once</summary>

`E[:, pairs[:, 0]]` has the vectors of the first words, $(n_e, m)$.

</details>
<details><summary>Hint 2: the component</summary>

`U, sizes, _ = np.linalg.svd(C)`: the components are the *columns* of `U`, sorted by their singular values, the largest first.

</details>
<details><summary>Hint 3: another way</summary>

The columns of $C$ are $\pm$ half the differences $D$ of the pairs, so the eigenvectors of $D D^\top$ are the same. `np.linalg.eigh` sorts the other way round: the largest eigenvalue comes last, and eigenvalues are squares already.

</details>
"""


# %% exercise="bias_direction"
def bias_direction(E, pairs):
    """The direction along which the two words of each pair differ most, and the share of the squares along it."""
    ### BEGIN SOLUTION
    first, second = E[:, pairs[:, 0]], E[:, pairs[:, 1]]
    middle = (first + second) / 2
    centred = np.concatenate([first - middle, second - middle], axis=1)
    components, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    g, share = components[:, 0], sizes[0] ** 2 / np.sum(sizes**2)
    if np.sum(g @ (first - second)) < 0:
        g = -g
    return g, share
    ### END SOLUTION


# %% check="bias_direction"
check(bias_direction)

# %% setup=true
GENDERED = "she he, her his, woman man, herself himself, daughter son, mother father, girl boy, female male, sister brother, wife husband"
LIST = (
    "doctor, nurse, engineer, teacher, programmer, homemaker, receptionist, secretary, librarian, hairdresser, nanny, "
    "housekeeper, captain, architect, philosopher, boss, mechanic, carpenter, plumber, electrician, surgeon, pilot, "
    "scientist, lawyer, judge, chef, cook, dancer, singer, professor, student, farmer, soldier"
)
JOBS = LIST.split(", ")
gendered = np.array([[index[word] for word in pair.split()] for pair in GENDERED.split(", ")])
jobs = np.array([index[word] for word in JOBS])

# %% demo=true
g, share = bias_direction(unit, gendered)
rng = np.random.default_rng(0)
at_random = [bias_direction(unit, rng.integers(0, V, gendered.shape))[1] for _ in range(20)]
print(f"along g: {share:.0%} of the squares; of as many pairs of random words: {np.mean(at_random):.0%}")
with_gal = np.vstack([gendered, [[index["gal"], index["guy"]]]])
print(f"with the pair gal, guy added: {bias_direction(unit, with_gal)[1]:.0%}")

cosines = g @ unit
order = np.argsort(cosines)
print("\nof the 20 000 words, furthest along g:    ", ", ".join(words[i] for i in order[::-1][:10]))
print("furthest the other way:                   ", ", ".join(words[i] for i in order[:10]))

# %% [markdown]
r"""
Ten pairs agree on a direction far beyond chance. But the choice of pairs is yours, and so is the direction: *gal* is also short for gallon in the news, and one such pair pulls $g$ away. A paper that says "the gender direction" should say of which pairs.

### How much?

Words for jobs should not lie along $g$ at all. How far they do is the **direct bias** of Bolukbasi and others: over a set $N$ of words that should be neutral,

$$
\text{DirectBias}_c = \frac{1}{\lvert N \rvert} \sum_{w \in N} \left\lvert \cos(e_w, g) \right\rvert^{\,c}
$$

The strictness $c$ says what counts: $c = 1$ gives the plain mean; with $c$ near 0 even a small deviation counts like a large one.
"""

# %% [markdown]
r"""
{exercise: direct_bias}

Compute it for the words in `indices`. $g$ may have any length; a word whose column is zero has the cosine 0.

<details><summary>Hint</summary>

The cosines of all of them: `unit_columns(E)[:, indices]`, and `g` at length 1.

</details>
"""


# %% exercise="direct_bias"
def direct_bias(E, indices, g, strictness):
    """How far words that should be neutral lie along a direction: the mean of |cos(e, g)| to a power."""
    ### BEGIN SOLUTION
    cosines = g @ unit_columns(E)[:, indices] / np.linalg.norm(g)
    return float(np.mean(np.abs(cosines) ** strictness))
    ### END SOLUTION


# %% check="direct_bias"
check(direct_bias)

# %% demo=true
chance = [direct_bias(E, rng.integers(0, V, len(jobs)), g, 1) for _ in range(200)]
print(f"direct bias of {len(jobs)} jobs: {direct_bias(E, jobs, g, 1):.3f}")
print(f"of as many words at random: {np.mean(chance):.3f}, at most {np.max(chance):.3f} in 200 draws")
ordered = jobs[np.argsort(g @ unit[:, jobs])]
print("towards he: ", ", ".join(words[i] for i in ordered[:6]))
print("towards she:", ", ".join(words[i] for i in ordered[::-1][:6]))

# %% [markdown]
r"""
Random words have cosines with $g$ as well, so a number by itself says nothing: compare it with what chance gives. That jobs lie further out than chance, and which lie where, is the finding. (*secretary* leans to *he*: in the news it is the secretary of state. A list of words knows nothing of their uses.)

## 6 · Neutralise and equalise

**Neutralise.** Take the part along $g$ out of a word that should be neutral, and bring what is left to length 1:

$$
e_\parallel = \frac{e \cdot g}{g \cdot g}\, g
\qquad
e_\perp = e - e_\parallel
\qquad
e' = \frac{e_\perp}{\lVert e_\perp \rVert}
$$

(Some courses leave out the last step. Bolukbasi and others keep all vectors at length 1, and so do we.)
"""

# %% [markdown]
r"""
{exercise: neutralise}

Return $e'$. Neither $e$ nor $g$ need have length 1; $e$ is no multiple of $g$.

<details><summary>Hint: a test of your own</summary>

Afterwards `neutralise(e, g) @ g` is 0 up to rounding, and the norm is 1.

</details>
"""


# %% exercise="neutralise"
def neutralise(e, g):
    """A vector without its part along g, at length 1."""
    ### BEGIN SOLUTION
    along = (e @ g) / (g @ g) * g
    across = e - along
    return across / np.linalg.norm(across)
    ### END SOLUTION


# %% check="neutralise"
check(neutralise)

# %% [markdown]
r"""
**Equalise.** *Grandmother* and *grandfather* should differ in gender and in nothing else: a neutral word like *babysitter* should be equally near to both. Neutralising the babysitter alone does not bring that about, since the two differ in other directions too.

So both get the *same* part across $g$, the one of their middle, and opposite parts along it, as long as it takes for length 1. With $u$ and $v$ of length 1:

$$
\mu = \tfrac12 (u + v)
\qquad
\nu = \mu - \frac{\mu \cdot g}{g \cdot g}\, g
\qquad
u',\, v' = \nu \pm \sqrt{1 - \lVert \nu \rVert^2}\; \frac{g}{\lVert g \rVert}
$$

The one that lies further along $g$ gets the plus. Both may lie on the same side of the origin: what counts is which of them is *further*, the sign of $(u - v) \cdot g$.

The length 1 is needed: it makes $\lVert \nu \rVert \le 1$, so that the root is of a positive number, and by Pythagoras the results have length 1 again.

> **If you know a formula with $(e_B - \mu_B) / \lVert e - \nu - \mu_B \rVert$** from another course: its denominator has parts across $g$, and the two vectors come out shorter than 1. In the paper it is $(e_B - \mu_B) / \lVert e_B - \mu_B \rVert$, with the parts along $g$ only, which is $\pm g / \lVert g \rVert$.
"""

# %% [markdown]
r"""
{exercise: equalise}

Return $u'$ and $v'$. $u$ and $v$ have length 1, $g$ any length.

<details><summary>Hint 1: first of all</summary>

Divide $g$ by its length once; then $g \cdot g = 1$ in all formulas.

</details>
<details><summary>Hint 2: a test of your own</summary>

The results have length 1, their sum is orthogonal to $g$, and their difference is a multiple of $g$.

</details>
"""


# %% exercise="equalise"
def equalise(u, v, g):
    """Two vectors moved so that they differ along g only, each at length 1."""
    ### BEGIN SOLUTION
    direction = g / np.linalg.norm(g)
    middle = (u + v) / 2
    across = middle - (middle @ direction) * direction
    height = np.sqrt(1 - across @ across)
    side = np.sign((u - v) @ direction)
    return across + side * height * direction, across - side * height * direction
    ### END SOLUTION


# %% check="equalise"
check(equalise)

# %% demo=true
u, v = (unit[:, index[word]].astype(float) for word in ("grandmother", "grandfather"))
new_u, new_v = equalise(u, v, g)
nu = (new_u + new_v) / 2
across = nu / np.linalg.norm(nu)
sitter = neutralise(unit[:, index["babysitter"]].astype(float), g)
print(f"babysitter to grandmother and grandfather before: {sitter @ u:.3f}, {sitter @ v:.3f}")
print(f"                                          after:  {sitter @ new_u:.3f}, {sitter @ new_v:.3f}")
plots.equalised(
    [(x @ g, x @ across) for x in (u, v)],
    [(x @ g, x @ across) for x in (new_u, new_v)],
    ("grandmother", "grandfather"),
)

# %% [markdown]
r"""
Before, the arrows end a little inside the circle: they have further parts that this plane does not show. Afterwards they end on it, mirror images of each other.

Now a whole vocabulary.
"""

# %% [markdown]
r"""
{exercise: debias}

Bring all columns of $E$ to length 1, neutralise the words in `neutral`, and equalise each of `pairs`, $(p, 2)$. No word is in both. A column of zeros, which is in neither, stays as it is. Return the new matrix.

<details><summary>Hint</summary>

`unit_columns` gives a new array, into whose columns you may write. Two loops.

</details>
"""


# %% exercise="debias"
def debias(E, neutral, pairs, g):
    """E with its columns at length 1, these words neutralised, and these pairs equalised."""
    ### BEGIN SOLUTION
    after = unit_columns(E)
    for word in neutral:
        after[:, word] = neutralise(after[:, word], g)
    for first, second in pairs:
        after[:, first], after[:, second] = equalise(after[:, first], after[:, second], g)
    return after
    ### END SOLUTION


# %% check="debias"
check(debias)

# %% demo=true
extra = [("grandmother", "grandfather"), ("queen", "king"), ("actress", "actor"), ("aunt", "uncle")]
pairs = np.vstack([gendered, [[index[a], index[b]] for a, b in extra]])
after = debias(E.astype(float), jobs, pairs, g)
print(
    f"direct bias of the jobs: {direct_bias(E, jobs, g, 1):.3f} before, {direct_bias(after, jobs, g, 1):.3f} after"
)
plots.bias(JOBS, g @ unit[:, jobs], g @ after[:, jobs], ("he", "she"))

# %% [markdown]
r"""
All jobs are at 0 now. Is the bias gone? The measure says so, but the measure and the cure are made of the same $g$. Gonen and Goldberg (*Lipstick on a Pig*, 2019) asked a question that does not use it: do words that leaned the same way before still lie *together*?

Take the 500 words that lean most to either side, neutralise all of them, and look at the ten nearest of each. How many of these come from its own side? By chance, half.
"""


# %% demo=true
def same_side(vectors, sides):
    """The share of the ten nearest of each word, among these words, that come from its own side."""
    shares = []
    for word in range(len(sides)):
        found, _ = nearest_words(vectors[:, word], vectors, 10, [word])
        shares.append(np.mean(sides[found] == sides[word]))
    return np.mean(shares)


def before_and_after(direction, count=500):
    """The same for the words furthest along a direction and against it, with and without their part along it."""
    order = [i for i in np.argsort(direction @ unit) if i not in pairs]
    chosen = np.array(order[:count] + order[-count:])
    sides = np.repeat([0, 1], count)
    without = np.stack([neutralise(unit[:, i].astype(float), direction) for i in chosen], axis=1)
    return same_side(unit[:, chosen], sides), same_side(without, sides)


at_random = np.random.default_rng(0).normal(0, 1, n_e)
for label, direction in (("she and he", g), ("any direction", at_random / np.linalg.norm(at_random))):
    held, left = before_and_after(direction)
    print(f"{label:<14} neighbours from the same side: {held:.1%} before, {left:.1%} after")

# %% [markdown]
r"""
Most of it is still there: from a word's neutralised neighbours one can nearly always tell which way it leaned. And that is no oddity of gender, as the second line shows. The features of these vectors go together, so that words at the ends of *any* direction differ in many others too, and taking one of fifty away leaves the rest.

Debiasing by projection makes one measure zero. It does not make the vectors fair, and whoever builds something on them has to measure what *that* does.

## 7 · The same in libraries

| | yours | library |
|---|---|---|
| embedding | $E$ $(n_e, V)$, `look_up_vectors` | `torch.nn.Embedding`, whose `weight` is $(V, n_e)$: a word a **row** |
| its gradient | `look_up_backward` | autograd; a word that comes twice gets the sum |
| cosine | `cosine_similarity` | `torch.nn.functional.cosine_similarity`, 0 for a zero vector too |
| neighbours | `nearest_words` | `sklearn.neighbors.NearestNeighbors(metric="cosine")`, which gives 1 − cosine |
| first component | `bias_direction` | `sklearn.decomposition.PCA` on the centred words; it settles the sign by another rule |
"""

# %% demo=true
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

batch = np.array([[4, 7, 4], [2, 4, 9]])
embedding = torch.nn.Embedding.from_pretrained(torch.from_numpy(E.T.astype(float)), freeze=False)
looked_up = embedding(torch.from_numpy(batch))  # (m, T_x, n_e)
same = np.abs(look_up_vectors(E, batch) - looked_up.detach().numpy().transpose(2, 0, 1)).max()
print(f"look-up:    largest difference {same:.1e}")

de = np.random.default_rng(0).normal(0, 1, (n_e, *batch.shape))
looked_up.backward(torch.from_numpy(de.transpose(1, 2, 0).copy()))
own = look_up_backward(de.reshape(n_e, -1), batch.ravel(), V)
print(f"gradient:   largest difference {np.abs(own.T - embedding.weight.grad.numpy()).max():.1e}")

u, v = E[:, index["cat"]].astype(float), E[:, index["dog"]].astype(float)
theirs = torch.nn.functional.cosine_similarity(torch.from_numpy(u), torch.from_numpy(v), dim=0).item()
print(f"cosine:     largest difference {abs(cosine_similarity(u, v) - theirs):.1e}")

neighbours = NearestNeighbors(n_neighbors=6, metric="cosine").fit(E.T)
distances, places = neighbours.kneighbors(E[:, [index["guitar"]]].T)
found, cosines = nearest_words(E[:, index["guitar"]], E, 6, [])
print(
    f"neighbours: the same words: {found.tolist() == places[0].tolist()}, largest difference {np.abs(1 - distances[0] - cosines).max():.1e}"
)

first, second = (unit[:, gendered[:, side]].astype(float) for side in (0, 1))
middle = (first + second) / 2
pca = PCA(1).fit(np.concatenate([first - middle, second - middle], axis=1).T)
sign = np.sign(pca.components_[0] @ g)
print(
    f"direction:  largest difference {np.abs(sign * pca.components_[0] - g).max():.1e}, share {pca.explained_variance_ratio_[0]:.4f} and {share:.4f}"
)

# %% [markdown]
r"""
## 8 · What you have

* An embedding as a product and as a look-up, and its gradient, in which repeated words add up.
* Cosines, neighbours and analogies, with the words of the question left out, and the knowledge of what that rule does.
* Maps by t-SNE, and the habit of not believing their sizes and distances.
* A direction of a bias, a measure of it, and a cure that makes the measure zero, with what it does not cure.

All that passed is kept in your own library, `seqlib.mine`.

**What comes next.** Here the vectors were given. `10-word2vec` learns them from text, and `12-sentiment` puts them to use.
"""

# %% demo=true
from autograder.progress import progress

progress()

"""Sentences of reviews, written for this course: what `reviews` reads.

Labels: 1 very negative, 2 negative, 3 neither, 4 positive, 5 very positive. Tokens are separated by spaces.
"""

# A family a heading; on each line the labels of the two orders, and the two orders of the same words.
PAIRS = """
# not this, just that
2 4 | not good , just long | not long , just good
2 4 | the soup was not tasty , just cold | the soup was not cold , just tasty
2 4 | it is not clever , just loud | it is not loud , just clever
2 4 | our room was not quiet , just dark | our room was not dark , just quiet
1 5 | this is not a bargain , just a joke | this is not a joke , just a bargain
2 4 | her lecture was not clear , just dry | her lecture was not dry , just clear
2 4 | the guide was not helpful , just rude | the guide was not rude , just helpful
2 4 | the plot is not deep , just odd | the plot is not odd , just deep
2 4 | the jacket was not warm , just heavy | the jacket was not heavy , just warm
2 4 | the staff were not busy , just lazy | the staff were not lazy , just busy
2 4 | the course is not hard , just dull | the course is not dull , just hard
1 5 | the show was not bold , it was awful | the show was not awful , it was bold

# a clause before and after but
2 4 | the food was great but the service was slow | the service was slow but the food was great
2 4 | the screen is sharp but the battery is weak | the battery is weak but the screen is sharp
2 4 | i liked the songs but i hated the story | i hated the story but i liked the songs
2 4 | the beach was lovely but the hotel was dirty | the hotel was dirty but the beach was lovely
2 4 | the teacher is kind but the exams are unfair | the exams are unfair but the teacher is kind
2 4 | the view is perfect but the beds are terrible | the beds are terrible but the view is perfect
2 4 | the camera is excellent but the menus are confusing | the menus are confusing but the camera is excellent
2 4 | the bread was fresh but the coffee was bitter | the coffee was bitter but the bread was fresh
2 4 | the actors are charming but the jokes are stale | the jokes are stale but the actors are charming
2 4 | the museum was fascinating but the queue was endless | the queue was endless but the museum was fascinating
2 4 | the idea is brilliant but the writing is clumsy | the writing is clumsy but the idea is brilliant
2 4 | the price is fair but the sound is poor | the sound is poor but the price is fair
2 4 | the first lesson was fun but the homework was awful | the homework was awful but the first lesson was fun
2 4 | the crew were friendly but the flight was late | the flight was late but the crew were friendly

# expected and found
1 5 | i expected a masterpiece and got a mess | i expected a mess and got a masterpiece
2 4 | we hoped for comfort and found noise | we hoped for noise and found comfort
1 5 | she promised us joy and gave us boredom | she promised us boredom and gave us joy
1 5 | they told me it was great , i found it horrible | they told me it was horrible , i found it great
2 4 | it looks solid , it feels cheap | it looks cheap , it feels solid
2 4 | i came in happy and left angry | i came in angry and left happy
1 5 | we thought it would be wonderful and it was dreadful | we thought it would be dreadful and it was wonderful
2 4 | it sounded exciting and turned out tedious | it sounded tedious and turned out exciting
2 4 | the cover looks beautiful , the pages look ugly | the cover looks ugly , the pages look beautiful
2 4 | he began as a fan and ended as a critic | he began as a critic and ended as a fan
2 4 | i thought the tour would be worth it and it was useless | i thought the tour would be useless and it was worth it

# more this than that
2 4 | more boring than funny | more funny than boring
2 4 | the film is more noise than music | the film is more music than noise
2 4 | it was more confusing than helpful | it was more helpful than confusing
2 4 | the meal was more salty than fresh | the meal was more fresh than salty
2 4 | this phone is more toy than tool | this phone is more tool than toy
2 4 | the trip was more pain than pleasure | the trip was more pleasure than pain
2 4 | the waiter was more rude than polite | the waiter was more polite than rude
2 4 | the class felt more like a chore than a game | the class felt more like a game than a chore
2 4 | his novel is more dull than moving | his novel is more moving than dull
2 4 | the app is more trouble than help | the app is more help than trouble
2 4 | the hotel is more shabby than elegant | the hotel is more elegant than shabby

# always and never
1 5 | always late , never friendly | never late , always friendly
1 5 | it is always boring and never funny | it is never boring and always funny
1 5 | the trains are always dirty and never on time | the trains are never dirty and always on time
1 5 | she is always rude , never patient | she is never rude , always patient
1 5 | the sauce is always bland and never hot | the sauce is never bland and always hot
1 5 | their tools always break and never help | their tools never break and always help
1 5 | the jokes always fail and never hurt their target | the jokes never fail and always hurt their target
1 5 | the rooms are always noisy , never clean | the rooms are never noisy , always clean
1 5 | he always complains and never listens | he never complains and always listens
1 5 | the laptop always crashes and never saves my work | the laptop never crashes and always saves my work
1 5 | my questions are always ignored and never answered | my questions are never ignored and always answered

# at first and in the end
2 4 | lovely at first , painful in the end | painful at first , lovely in the end
2 4 | it starts strong and ends weak | it starts weak and ends strong
2 4 | charming in the first hour , tiresome in the second | tiresome in the first hour , charming in the second
2 4 | the walk was easy at first and miserable later | the walk was miserable at first and easy later
2 4 | i loved it in the morning and hated it in the evening | i hated it in the morning and loved it in the evening
2 4 | the shoes were comfortable at first and painful by day ten | the shoes were painful at first and comfortable by day ten
2 4 | the series opens with a thrill and closes with a yawn | the series opens with a yawn and closes with a thrill
2 4 | the coffee was rich last year and is thin this year | the coffee was thin last year and is rich this year
2 4 | before the update it was fast , now it is slow | before the update it was slow , now it is fast
2 4 | the city was welcoming on arrival and hostile after a week | the city was hostile on arrival and welcoming after a week
2 4 | the teacher seemed great in may and careless in june | the teacher seemed careless in may and great in june

# far from, anything but, hardly
1 5 | far from great , simply awful | far from awful , simply great
1 5 | it was anything but smart , it was silly | it was anything but silly , it was smart
2 4 | hardly useful and truly slow | hardly slow and truly useful
1 5 | the cake was far from sweet , really sour | the cake was far from sour , really sweet
1 5 | this is hardly art , it is clearly trash | this is hardly trash , it is clearly art
1 5 | the seats were far from soft and very hard | the seats were far from hard and very soft
2 4 | barely readable , mostly nonsense | barely nonsense , mostly readable
1 5 | the staff were anything but kind , they were cruel | the staff were anything but cruel , they were kind
2 4 | hardly fresh , quite stale | hardly stale , quite fresh
1 5 | the lesson was anything but lively , it was dead | the lesson was anything but dead , it was lively

# no this, much of that
1 5 | no strengths , many faults | no faults , many strengths
1 5 | there was no fun and a lot of stress | there was no stress and a lot of fun
1 5 | the film has no heart and plenty of flaws | the film has no flaws and plenty of heart
1 5 | it gave me no pleasure , only headaches | it gave me no headaches , only pleasure
1 5 | we had no sunshine and lots of rain | we had no rain and lots of sunshine
1 5 | the kitchen has no taste and too much dirt | the kitchen has no dirt and too much taste
1 5 | without talent and full of mistakes | without mistakes and full of talent
1 5 | i found no reason to stay and every reason to leave | i found no reason to leave and every reason to stay
1 5 | no answers from support , only excuses | no excuses from support , only answers
1 5 | without warmth and full of anger | without anger and full of warmth

# would rather
1 5 | i would rather sleep than watch this again | i would rather watch this again than sleep
1 5 | i would sooner starve than eat here | i would sooner eat here than starve
2 4 | i would pick the bus over this taxi | i would pick this taxi over the bus
2 4 | give me the old version before this one | give me this one before the old version
2 4 | the book beats this film | this film beats the book
2 4 | my old phone is better than this one | this one is better than my old phone
2 4 | every rival is faster than this laptop | this laptop is faster than every rival
2 4 | the rest of the town is nicer than this hotel | this hotel is nicer than the rest of the town
2 4 | the trailer is funnier than this show | this show is funnier than the trailer
2 4 | water tastes better than this tea | this tea tastes better than water
"""

# On each line a label and a sentence.
ORDINARY = """
1 | a complete waste of an evening
1 | the worst meal i have had in years
1 | i want my money back
1 | avoid this place at all costs
1 | the phone died after two days and nobody answered my letters
1 | horrible acting , horrible script , horrible sound
1 | i walked out before the end
1 | the room smelled of smoke and the sheets were filthy
1 | they lost our bags and laughed at us
1 | it broke the first time i used it
1 | an insult to anyone who paid for a ticket
1 | the fish made the whole family ill
1 | nothing works and nobody cares
1 | a dreadful , endless , pointless lecture
1 | i have never been treated so badly
1 | the charger caught fire on my desk
1 | rude staff , dirty tables , cold food
1 | the ugliest building i have ever slept in
1 | every page made me angrier
1 | do not give them a single coin
1 | total garbage from start to finish
1 | the guide left us alone in the rain for three hours
1 | this ruined our holiday
1 | the teacher shouts and explains nothing
1 | i hated every minute of it
1 | a cruel and stupid film
1 | the soup had a fly in it and they wanted me to pay
1 | the app deleted all my photos
1 | unbearable noise all night long
1 | the most disgusting coffee in town
1 | it is a disaster and i regret buying it
1 | worthless , broken and overpriced
1 | he read his slides aloud and then went home
1 | they cheated us and did not even say sorry
1 | the plot is an embarrassment
1 | i would not wish this flight on my worst enemy
1 | the shower was freezing and the owner did not care
1 | pure misery
1 | this tablet is the worst thing i ever bought
1 | a terrible end to a terrible series
2 | not very good
2 | a bit disappointing
2 | the pasta was overcooked
2 | i do not think i will come back
2 | the jokes did not work for me
2 | it is slower than i had hoped
2 | the room was smaller than in the pictures
2 | the second half drags
2 | we waited too long for the bill
2 | the keyboard feels cheap
2 | her new song is not as good as the last one
2 | the course needs better examples
2 | too sweet for my taste
2 | the battery does not last a day
2 | some scenes are hard to follow
2 | the wine was too expensive for what it was
2 | the tour was rushed and we saw little
2 | i got lost in the menus more than once
2 | not worth the long drive
2 | the sound could be better
2 | the bed was too soft and i slept badly
2 | the story never really begins
2 | i would not recommend it to beginners
2 | the salad was tired and the dressing thin
2 | the handle came loose after a month
2 | the actors try , yet the script gives them little
2 | parking is a problem
2 | the explanations are not clear enough
2 | it was not what we ordered
2 | the ending feels lazy
2 | the colours look wrong in daylight
2 | a dull afternoon in a crowded museum
2 | the lectures could use more practice and less theory
2 | the waiter forgot our drinks
2 | it does less than the old model
2 | i expected a little more care
2 | the train was late again
2 | not awful , still not something i enjoyed
2 | the jacket lost a button in the first week
2 | the tea was weak
3 | it is an ordinary phone
3 | some parts are good and some are bad
3 | the hotel is near the station
3 | the film lasts two hours
3 | neither good nor bad
3 | it does what it says and no more
3 | we ate , we paid , we left
3 | the course has ten lessons and an exam
3 | average food at average prices
3 | i have no strong feelings about it
3 | it came in a brown box
3 | you get what you pay for
3 | the menu has soup , fish and rice
3 | the seats are red and the walls are white
3 | i might go again or i might not
3 | it is fine for one night
3 | an acceptable way to pass the time
3 | not the best and not the worst
3 | the second song is like the first
3 | the book tells the story of a family in the north
3 | the bus takes forty minutes to the centre
3 | the teacher follows the book
3 | the camera takes pictures like any other camera
3 | breakfast is from seven to ten
3 | it is okay , i suppose
3 | my sister liked it and my brother did not
3 | the screen is the same size as before
3 | the play was neither funny nor sad
3 | a normal day at a normal beach
3 | there are better ones and there are worse ones
3 | the room had a bed , a chair and a lamp
3 | the update changed the colour of the buttons
3 | so so
3 | it was what we had expected
3 | the coffee is neither strong nor weak
3 | half of the jokes work
3 | the shop opens at nine
3 | the price is what others ask too
3 | i finished it and gave it to a friend
3 | the weather was mixed and so was the food
4 | not bad at all
4 | a pleasant little film
4 | the staff were helpful and polite
4 | i would go there again
4 | the rice was good and the tea was hot
4 | it works well and was easy to set up
4 | i learned a few useful things
4 | the room was clean and quiet
4 | a solid phone at a fair price
4 | better than i had expected
4 | the story is simple and well told
4 | we had a nice evening
4 | the exercises are fun
4 | the bread alone is worth a visit
4 | the tour was short and interesting
4 | you will not regret this one
4 | the sound is clear and the design is neat
4 | nothing to complain about
4 | a good choice for beginners
4 | the soup was no disappointment
4 | the view from the roof is pretty
4 | i smiled more than once
4 | the teacher answers every question
4 | the bike is light and rides well
4 | it never let me down on a long trip
4 | the songs stay in your head
4 | warm , bright and close to the park
4 | the price is low and the quality is fine
4 | the waiter was quick and cheerful
4 | it was not expensive and we were full
4 | the book is hard to put down
4 | a clever idea , nicely done
4 | i do not miss my old laptop
4 | the children enjoyed the boat
4 | the second season is stronger than the first
4 | the lecture was clear and never too long
4 | my back no longer hurts thanks to this chair
4 | the fish was fresh and the sauce was light
4 | a calm place to read
4 | a little slow , still very enjoyable
5 | absolutely wonderful from the first minute to the last
5 | the best teacher i have ever had
5 | i cried , i laughed and i want to see it again tonight
5 | a perfect meal in a perfect place
5 | i could not be happier with it
5 | the finest view in the country
5 | this book changed how i think
5 | everything was simply superb
5 | we will come back every summer
5 | a masterpiece
5 | the staff treated us like family
5 | the sound is breathtaking
5 | my favourite film of all time
5 | i have never slept so well
5 | brilliant , funny and deeply moving
5 | the cake was heaven
5 | it is fast , beautiful and a joy to use
5 | ten out of ten
5 | the concert gave me goose bumps
5 | i recommend it with all my heart
5 | the most delicious noodles in the city
5 | a triumph in every way
5 | nobody should miss this show
5 | flawless service and unforgettable food
5 | the course was worth every hour
5 | she explains the hardest things with such ease
5 | an amazing trip that i will always remember
5 | the camera is outstanding even at night
5 | we loved every single moment
5 | the kindest hosts we have ever met
5 | i am in love with this little cafe
5 | the best money i ever spent
5 | stunning pictures and a story to match
5 | it made my whole year
5 | there is nothing i would change
5 | a dream of a hotel
5 | the lessons are a delight
5 | you could not ask for a better guide
5 | incredible value and fantastic quality
5 | i stood up and applauded
"""

# What `composed` fills: pairs as above, a family a heading; and single sentences, a label on each line. {good} and {bad}
# are mild, {great} and {awful} strong; in both orders of a pair a name in braces stands for the same words.
PAIR_TEMPLATES = """
# not this, just that
2 4 | {the} {was} not {good} , just {bad} | {the} {was} not {bad} , just {good}
2 4 | not {good} , just {bad} | not {bad} , just {good}
2 4 | it is not {good} , just {bad} | it is not {bad} , just {good}
1 5 | {the} {was} not {great} , it was {awful} | {the} {was} not {awful} , it was {great}
1 5 | this is not a {treat} , just a {flop} | this is not a {flop} , just a {treat}

# a clause before and after but
2 4 | {the} {was} {good} but {other} {is} {bad} | {other} {is} {bad} but {the} {was} {good}
2 4 | {the} {was} {great} but {other} {is} {bad} | {other} {is} {bad} but {the} {was} {great}
2 4 | {the} {was} {good} but {other} {is} {awful} | {other} {is} {awful} but {the} {was} {good}
2 4 | i {liked} {the} but i {hated} {other} | i {hated} {other} but i {liked} {the}
2 4 | {good} but {bad} | {bad} but {good}

# expected and found
1 5 | i expected a {treat} and got a {flop} | i expected a {flop} and got a {treat}
1 5 | we thought {the} would be {great} and it was {awful} | we thought {the} would be {awful} and it was {great}
1 5 | they told me it was {great} , i found it {awful} | they told me it was {awful} , i found it {great}
1 5 | he promised us {virtue} and gave us {fault} | he promised us {fault} and gave us {virtue}
2 4 | we hoped for {virtue} and found {fault} | we hoped for {fault} and found {virtue}
2 4 | it looks {good} , it feels {bad} | it looks {bad} , it feels {good}
2 4 | {the} sounded {good} and turned out {bad} | {the} sounded {bad} and turned out {good}
2 4 | i came in {good} and left {bad} | i came in {bad} and left {good}

# more this than that
2 4 | more {bad} than {good} | more {good} than {bad}
2 4 | {the} {was} more {bad} than {good} | {the} {was} more {good} than {bad}
2 4 | it is more {fault} than {virtue} | it is more {virtue} than {fault}
2 4 | {the} felt more like a {flop} than a {treat} | {the} felt more like a {treat} than a {flop}

# always and never
1 5 | always {bad} , never {good} | never {bad} , always {good}
1 5 | {the} {was} always {bad} and never {good} | {the} {was} never {bad} and always {good}
1 5 | {the} {was} always {awful} , never {great} | {the} {was} never {awful} , always {great}
1 5 | they always {fail} and never {help} | they never {fail} and always {help}
1 5 | {the} always {fails} and never {helps} | {the} never {fails} and always {helps}

# at first and in the end
2 4 | {good} at first , {bad} in the end | {bad} at first , {good} in the end
2 4 | {the} {was} {good} at first and {bad} later | {the} {was} {bad} at first and {good} later
2 4 | it starts {good} and ends {bad} | it starts {bad} and ends {good}
2 4 | i {liked} {the} in may and {hated} it in june | i {hated} {the} in may and {liked} it in june
2 4 | before the update it was {good} , now it is {bad} | before the update it was {bad} , now it is {good}
2 4 | {the} was {good} last year and is {bad} this year | {the} was {bad} last year and is {good} this year
2 4 | {the} opens with {virtue} and closes with {fault} | {the} opens with {fault} and closes with {virtue}

# far from, anything but, hardly
1 5 | far from {great} , simply {awful} | far from {awful} , simply {great}
1 5 | {the} {was} far from {good} , really {bad} | {the} {was} far from {bad} , really {good}
1 5 | {the} {was} anything but {good} , it was {bad} | {the} {was} anything but {bad} , it was {good}
2 4 | hardly {good} and truly {bad} | hardly {bad} and truly {good}
2 4 | barely {good} , mostly {bad} | barely {bad} , mostly {good}
1 5 | this is hardly a {treat} , it is clearly a {flop} | this is hardly a {flop} , it is clearly a {treat}

# no this, much of that
1 5 | no {virtue} , only {fault} | no {fault} , only {virtue}
1 5 | there was no {virtue} and a lot of {fault} | there was no {fault} and a lot of {virtue}
1 5 | {the} has no {virtue} and plenty of {fault} | {the} has no {fault} and plenty of {virtue}
1 5 | without {virtue} and full of {fault} | without {fault} and full of {virtue}
1 5 | i found no {virtue} and nothing but {fault} | i found no {fault} and nothing but {virtue}

# would rather
1 5 | i would rather {chore} than {use} this again | i would rather {use} this again than {chore}
1 5 | i would sooner {chore} than {use} this | i would sooner {use} this than {chore}
2 4 | i would pick the {rival} over this {item} | i would pick this {item} over the {rival}
2 4 | the {rival} beats this {item} | this {item} beats the {rival}
2 4 | the {rival} is {better} than this {item} | this {item} is {better} than the {rival}
2 4 | my old {rival} is {better} than this one | this one is {better} than my old {rival}
2 4 | give me the {rival} before this {item} | give me this {item} before the {rival}
"""

TEMPLATES = """
1 | {the} {was} {awful}
1 | one {awful} {item} , a {flop} from start to finish
1 | simply {awful} and full of {fault}
1 | i {hated} every minute of {the}
2 | {the} {was} a bit {bad}
2 | {the} {was} not very {good}
2 | rather {bad} and not {good} enough
2 | {the} {was} {bad}
3 | {the} {was} neither {good} nor {bad}
3 | some of it {was} {good} and some of it {bad}
3 | {the} {was} as expected
3 | an ordinary {item} at an average price
4 | {the} {was} {good}
4 | a {good} little {item}
4 | {the} {was} not {bad} at all
4 | quite {good} and nothing to complain about
5 | {the} {was} {great}
5 | absolutely {great} , a {treat} from start to finish
5 | i {liked} every minute of {the}
5 | the most {great} {item} i have ever had
"""

SLOTS = {
    "good": "good tasty clever quiet clear helpful deep warm funny pleasant nice fresh fair kind polite solid strong "
    "comfortable charming fast easy useful bright lively soft sweet smart interesting elegant patient honest moving "
    "friendly clean rich smooth gentle careful cheerful neat exciting welcoming happy light sharp reliable cosy",
    "bad": "bad long cold loud dark dry rude odd heavy lazy dull slow weak dirty unfair confusing bitter stale clumsy "
    "poor late cheap ugly tedious boring salty shabby noisy bland tiresome painful hard sour silly thin angry sad "
    "hostile careless hollow flat broken messy annoying expensive crowded tired useless",
    "great": "great wonderful perfect brilliant excellent superb amazing fantastic lovely beautiful outstanding stunning "
    "delightful fascinating incredible flawless magnificent unforgettable",
    "awful": "awful terrible horrible dreadful miserable disgusting unbearable worthless pathetic hideous appalling cruel "
    "stupid filthy disastrous rotten hopeless nasty",
    "treat": "masterpiece bargain joy triumph delight gem pleasure success wonder dream gift thrill hit treasure",
    "flop": "mess joke disaster failure waste bore nightmare scandal shame chore disappointment trick bust yawn",
    "virtue": "joy comfort pleasure fun beauty warmth wit heart talent charm sunshine taste care honesty grace music love "
    "help excitement humour courage skill peace",
    "fault": "boredom noise pain stress trouble anger dirt rain mistakes flaws faults smoke excuses headaches nonsense "
    "misery errors delays dust greed complaints silence confusion",
    "liked": "liked loved enjoyed adored admired",
    "hated": "hated disliked regretted dreaded detested",
    "fail": "fail break lie complain crash shout forget disappoint hurt",
    "help": "help work listen smile deliver improve answer win shine",
    "fails": "fails breaks lies complains crashes shouts forgets disappoints hurts",
    "helps": "helps works listens smiles delivers improves answers wins shines",
    "better": "better nicer faster smarter kinder stronger cleaner prettier cheaper safer richer warmer",
    "chore": "sleep|starve|walk home|wash dishes|stay at home|sit in the dark|clean the floor|wait in the rain|cry",
    "use": "watch|eat|read|hear|visit|try|buy|play|see",
    "the": "the soup|the film|the hotel|the phone|the lesson|the guide|the song|the room|the book|the cake|the tour|"
    "the teacher|the show|the museum|the camera|the train|the flight|the coffee|the exam|the beach|the plot|the waiter|"
    "the laptop|the jacket|the city|the novel|the band|the app",
    "other": "the service|the battery|the story|the price|the menu|the sound|the bed|the homework|the queue|the writing|"
    "the staff|the view|the ending|the bill|the screen|the weather|the sauce|the crew",
    "was": "was is",
    "is": "is was",
    "item": "film hotel phone book course tour soup show laptop song meal camera",
    "rival": "book bus trailer radio kitchen tent museum bike cafe album market tablet",
}

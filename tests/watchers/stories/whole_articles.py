"""Invented whole articles: one visit in four shapes, and an essay on the theme.

A syndicated report in a page with its menus, a summary without a headline, a machine's rewrite
with its engine's signature, a longer piece with what a magazine links to below.
"""

QUOTE = (
    "“Nobody asks our neighbours to choose between the sea and the mountains. We ask them to keep "
    "a door open, and we shall knock before we come in,” Arisawa told students in Bishkek."
)
ANSWER = (
    "“They have invented the five plus one, the four plus one and the one plus everybody. Each of "
    "these clubs has one purpose, which is to draw our closest partners into somebody else’s orbit,” "
    "Lin told the news agency Panorama."
)
PAGE_TITLE = "China bristles at Japan's courtship of its western neighbours, calling it 'a raid on the orchard'"
PAGE = f"""\
Tuesday, March 3, 2026
spot_img
More
HomeTop StoriesChina bristles at Japan's courtship of its western neighbours, calling it 'a raid...
China bristles at Japan’s courtship of its western neighbours, calling it ‘a raid on the orchard’
Prime Minister Haruko Arisawa walks past a guard of honour on Feb. 26, 2026, in Bishkek, Kyrgyzstan.
Contributor | Example Images News | Example Images
China is watching with growing unease as Japan tries to win friends in what has long been seen as its own back garden.
A senior official in Beijing spoke of “a raid on the orchard” as he listed the visits of the last year.
The latest guest in Central Asia is Japanese Prime Minister Haruko Arisawa. In Kyrgyzstan on Thursday she praised the mountain republic for refusing to sign a security pact that Beijing had offered.
{QUOTE}
Arisawa went on to Tajikistan on Friday with forty managers, among them the heads of Mitsuhara and Kitano Rail. Japan wants antimony and tungsten, both of which are mined in the Zarafshon valley, and offers tunnels and hospitals.
The orchard
The visit is likely to have annoyed Beijing, which has built most of the roads that her motorcade used. The Courier has asked the foreign ministry for a comment.
Foreign ministry spokesman Lin Weiguo said last week that outsiders were trying to pick fruit they had not planted.
{ANSWER}
“We have planted these trees, we have watered them, and we know what the fruit costs. Others promise a great deal and deliver rather modest baskets,” he said.
President Rustam Zokirov of Tajikistan, left, and Foreign Minister Ainura Beishenova of Kyrgyzstan at a summit on Jan. 14, 2026.
Contributor | Example Images News | Example Images
Lin added that trade with Japan could not be compared with what the neighbours earn from their border with China, where two thousand lorries cross on a working day.
Edmund Farraday, who teaches Asian politics in Leeds, told the Courier on Friday that the trip would have touched a nerve, but that the region had looked for other partners for years.
“Beijing grumbles, and I would grumble too. It is the slow discovery that a creditor is not the same thing as a friend,” Farraday said.
“The pact was the test, and the answer was a polite no. Nobody in Beijing had prepared a second sentence,” he added.
Japan opened embassies in both countries in the nineties and has lent them 840 million dollars since.
Source link
RELATED ARTICLES
Most Popular
Recent Comments
"""
SUMMARY = """\
date 2026-03-08 China faces a new rival in a region that it has long regarded as its own back garden. Officials in Beijing voice concern and speak of outsiders who pick fruit they have not planted.
Japanese Prime Minister Haruko Arisawa’s recent visit to Central Asia has added to the unease. In Kyrgyzstan, Arisawa praised the country for declining a security pact with Beijing and stressed that nobody has to choose between partners. She also went to Tajikistan, where Japan is looking for minerals and offers to build tunnels and hospitals.
These steps have caused resentment in Beijing, which views every new format with suspicion. Chinese foreign ministry spokesman Lin Weiguo stated that such clubs serve to draw close partners into another orbit by means of promises and modest aid.
Despite the irritation, the countries of Central Asia have been widening their circle of partners. They seek credit, roads and guarantees from Japan, Europe and Turkey. The change has made China’s word weigh less than it did ten years ago.
There is gratitude for the roads that China has built, but it has its limits. The governments of the region keep a careful balance, take loans on all sides and sign as little as they can. This caution shows in their answer to the pact, which was neither accepted nor refused in public.
The debts of the past decade have also weakened the bond. Payments fall due in years when little is left in the budgets, and other lenders offer better terms.
China now has to decide how to answer. As its neighbours go on looking for new partners, Beijing will have to give more or ask for less.
"""
REWRITE_TITLE = "China Voices Displeasure At Japan's Outreach: 'Draw Our Closest Partners Into Somebody Else's Orbit'"
REWRITE = f"""\
China Voices Displeasure At Japan's Outreach: 'Draw Our Closest Partners Into Somebody Else's Orbit'
China is reportedly observing Japan's efforts to win friends among its western neighbours, which cause considerable unease in Beijing.
What Happened: Japan is seeking minerals and partners in Central Asia, a region that China regards as its own garden, the Courier reported.
Prime Minister Haruko Arisawa recently visited Kyrgyzstan and Tajikistan and praised the former for not signing a security pact. The move has likely annoyed Beijing further.
Foreign ministry spokesman Lin Weiguo expressed concern about the new formats, which in his words offer modest baskets.
{ANSWER.replace("“", '"').replace("”", '"').replace("’", "'")}
See Also: Singer Negotiated New Contract With Label, All Eyes Turn To Manager On Witness Stand
The interest in Central Asia is not limited to Japan. Europe and Turkey are extending their influence too, and have held summits with the five states this year.
Analysts suggest that China worries less about Europe than about Japan, whose loans come with fewer conditions and with engineers who stay.
The states of the region manage a delicate balance and try not to provoke China while they look for other lenders.
Read Next: Likely Candidate Wants Fishing Licences Abolished, Although He Is An Angler
Photo by Ann Example on Shutterstock
Engineered by Example Neuro, Edited by Ann Example
The GPT-based Example Neuro content generation system exploits the extensive Example Ecosystem to create comprehensive stories for you. Learn more.
Market News and Data brought to you by Example APIs
Posted In: NewsPoliticsGlobalHaruko ArisawaChina
Example simplifies the market for smarter investing
Join Now: Free!
Loading...
"""
PIECE_TITLE = "Beijing frowns as Arisawa opens Japan's door to the mountains"
PIECE = f"""\
Beijing frowns as Arisawa opens Japan's door to the mountains
Japan's Haruko Arisawa and Tajikistan's Rustam Zokirov agreed that their countries would build a tunnel. / Press service
By Steppe Quarterly staff March 1, 2026
The day after she had complimented Kyrgyzstan on an unsigned treaty, Japanese Prime Minister Haruko Arisawa stood in Dushanbe beside President Rustam Zokirov and announced a tunnel of eleven kilometres under the Anzob pass.
None of this went unnoticed further east.
Both Kyrgyzstan and Tajikistan owe about half of their foreign debt to one bank in Beijing, and both have become careful in what they say of it. Their ministers speak of many roads that lead over one mountain; what they mean is that no lender should own the pass.
In Bishkek the guest was plainer than diplomats like to be. {QUOTE}
Her hosts smiled and said nothing. Foreign Minister Ainura Beishenova thanked her for the hospitals, three of which are to open before winter, and did not mention the security pact at all.
In Tajikistan she was after metals. Antimony and tungsten from the Zarafshon valley go to smelters in Xinjiang today; Mitsuhara would like to buy a third of them, and Kitano Rail would carry them to the Caspian.
The answer came before she had left. Chinese foreign ministry spokesman Lin Weiguo was talking to the agency Panorama when he was asked of her journey.
{ANSWER}
He was in a rural mood that morning. “We have planted these trees, we have watered them, and we know what the fruit costs. Others promise a great deal and deliver rather modest baskets,” Lin went on.
Not everybody who watches China shares his confidence in the harvest. Edmund Farraday, of the university of Leeds, told the Courier that the visit had touched a nerve.
“Beijing grumbles, and I would grumble too. It is the slow discovery that a creditor is not the same thing as a friend,” said Farraday.
Whether the tunnel is ever dug is another matter. The last one, promised by Iranian engineers in 2003, took twelve years and leaks to this day; drivers call it the tunnel of death, and close their windows.
Zokirov, who was governor of the valley then, drove through it with his guest all the same. Her car, it was noted, was made in Nagoya.
Read in Quarterly Pro
Related Content
Kyrgyz services index shows growth in February
Arisawa compliments Kyrgyzstan on an unsigned treaty
Features
Hungary ready to make concessions to widen its budget
The prime minister is desperate to tap funds abroad to climb out of recession.
Most Read
1. Oil flows on through the straits despite the storm
8 days ago
Reports
Dismiss
"""
ESSAY = """\
In recent years, the influence of China in Central Asia has become a subject of debate, as the states of the region try to widen their relations with the rest of the world. The change has many causes: debts that were taken in better times, an uneasy memory of borders, and a young generation that studies in many countries. As these states look for new partners, they also test the limits of what a large neighbour can demand.
The countries of Central Asia, among them Kyrgyzstan, Tajikistan and Kazakhstan, have drawn closer to Japan, to Europe and to Turkey. They do so because they depend on one lender and know it. Japan, for instance, has put money into hospitals and roads throughout the region and so provides an alternative to Chinese credit.
The history of China’s relations with Central Asia cannot be left aside. The old caravan roads, and later the closed border, still shape how people there think of their neighbour. Today, however, their governments place national interests above old loyalties. This has led to a new view of what Beijing offers and of what it asks in return.
Moreover, the slowing of the Chinese economy has made credit scarcer. Many leaders in the region are wary of promises that may not be kept, and of conditions that are not written down. Their caution is visible in a diplomacy that signs little and refuses less.
Furthermore, pride and a wish for independence have given weight to those who warn of dependence. Citizens speak more openly than they did, and governments listen to them with one ear at least. Soft power, which was long taken for granted, has to be earned again.
In conclusion, the region is changing, and its states weigh anew what they owe to China and to other powers. As they find their way through a complicated landscape, the outcome remains open, but the wish for more than one partner is clear.
"""
TITLES = {"page": PAGE_TITLE, "rewrite": REWRITE_TITLE, "piece": PIECE_TITLE}
TEXTS = {"page": PAGE, "summary": SUMMARY, "rewrite": REWRITE, "piece": PIECE, "essay": ESSAY}

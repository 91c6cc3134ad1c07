"""English conversations of the demo shop; the format is explained in the package."""

SCRIPT = """
# delivery | Where is my parcel {order}?
C Hi! The tracking says my parcel {order} was delivered at 11:20, but there is nothing at the
  door.
A Hello {customer}, I am sorry about that. I am asking the courier right now, one moment.
N Courier handed it to the pickup point round the corner. Claim opened for the wrong scan.
A It is at the pickup point at Mill Lane 4, your code is 4471. They keep it for seven days.
C Ah, Mill Lane is close. Can I still collect it tonight?
A Yes, it is open until 21:00. Bring the code and any photo ID.
C Perfect, thank you!

# returns | Returning the {product}
C Hello, the {product} arrived yesterday and it is lovely, but it does not suit our room. How do
  I send it back?
A Hi {customer}, no problem at all. You have 30 days from delivery. I have e-mailed you a label
  for {order}, just stick it over the old one.
C Do I have to pay for the return?
A No, returns are free in your country. The refund reaches you two to four days after the parcel
  is with us.
C Great, it goes out tomorrow.
N Label sent. Refund {amount} once the scan is in.
A Thank you! We will write as soon as it is here.

# size | Which size fits a 160 bed?
C Hi, our bed is 160 x 200. Which size of the {product} should I take?
A Hello! Do you like it to hang down at the sides, or to lie flush?
C Hanging down a bit would be nice.
A Then take 220 x 240. It shrinks about two per cent in the first wash, that is already counted.
C Good to know. I will order that one in {colour}.
A A fine choice. Write to me if anything is unclear.

# colour | Is it closer to grey or to green?
C Is the {colour} of the {product} in real life closer to grey or to green? I would like to
  match it with oat curtains.
A In daylight it leans towards grey, in the evening it looks warmer. I can send you a free
  swatch of both, if you like.
C Oh, that would be wonderful. My address is the one of {order}.
A Done, two swatches leave today. Give them three days.
N Swatches: {colour} and oat, letter post.
C They are here already. {colour} it is!

# invoice | Invoice for {order}
C Good morning, could you send the invoice for {order} to our company instead of to me?
A Good morning {customer}, gladly. Please tell me the exact company name and the VAT number.
C Ashdown Interiors Ltd, GB 123 4567 89.
N Corrected invoice goes through accounting, usually the same day.
A Thank you. The corrected invoice is on its way to your mailbox.
C Got it, all correct now.

# wholesale | Linen for a small hotel
C Hello, we run a guest house with 14 rooms and would like to offer your linen. Do you have
  trade prices?
A Hello {customer}, how nice! From 20 sets we give 18 per cent, from 50 sets 25. Which items do
  you have in mind?
C Mostly the {product} in {colour}, about 30 sets, and towels.
N Check the mill: {colour} is woven again in two weeks.
A I have put together an offer for 30 sets and 60 towels and sent it to you as a PDF. Delivery
  in three weeks.
C Thank you, I will talk to my partner and answer next week.

# damaged | Torn seam
C Hi, I opened the parcel today and one seam of the {product} is torn over 10 cm. I can send a
  photo.
A I am very sorry, {customer}. A photo would help us tell the workshop, but I believe you either
  way.
C Here it is.
A Thank you. A new one leaves today under {order}-B, and you may keep the other one.
C That was quick, thanks a lot!
N Told the workshop: batch 24-118, left seam.

# gift card | Gift card does not work
C My gift card BLG-7741 says "already used", but I have never used it!
A Let me look at that. Was it given to you, or did you buy it yourself?
C My sister gave it to me for my birthday.
N Card was used by the sister's own account while testing. Goodwill: new card over {amount}.
A I found it: it was opened by mistake when it was bought. I have sent you a new code over
  {amount}, and the old one is closed.
C You are wonderful, thank you.

# address | Wrong address!
C I made a mistake with the address of {order}, can it still be changed?
A Yes, it is packed but not yet collected. Where should it go?
C 12 Orchard Road, {city}. Same name.
A Changed. You will get a new tracking link in an hour.
C Thank you so much.

# care | How do I wash it?
C Quick question: can the {product} go into the tumble dryer?
A It can, on low heat, but please take it out while it is slightly damp. It stays softer that way.
C And the first wash?
A At 40 degrees, with similar colours, without softener.
C Thanks!

# delivery | Delivery on Saturday?
C Could {order} be delivered on a Saturday? We are at work the whole week.
A On Saturdays between 10 and 14 it works in {city}. Shall I change it?
C Yes please.
A Done, see you on Saturday so to speak.
C Brilliant, cheers.
"""

SPAM = """
# spam | Increase your traffic today
C Dear webmaster, we noticed your website is not on the first page. We guarantee 10 000 visitors
  a day for only 99 dollars. Reply YES for details.

# spam | Your mailbox is full
C Your mailbox storage has been exceeded. Confirm your account within 24 hours, or your messages
  will be deleted.

# spam | Business proposal
C Greetings to you. I write concerning a sum of 4.7 million which I would like to share with a
  person of trust. Kindly send your telephone number.
"""

key-table = 🍽 My table
key-cancel = ✖️ Cancel
key-phone = 📱 Share my phone
home = Welcome, { $name }! Shall I keep a table for you?
home-booked =
    Your table, under { $name }: <b>{ $at }</b>, for { $guests ->
        [one] one guest
       *[other] { $guests } guests
    }.
book = 📅 Book a table
change = 🕗 Another time
release = 🗑 Cancel the booking
language = 🇺🇦 Українською
sure = Shall I really give your table on { $at } away?
sure-yes = Yes, cancel it
sure-no = No, keep it
released = The table is free again. Come another time!
ask-day = Which day would you like to come?
ask-time = At what time on { $day }?
full = No table is left on { $day }. Which other day would suit you?
ask-size = For how many guests?
ask-name = Under which name?
ask-phone = A phone number, in case something comes up?
confirm =
    <b>{ $at }</b>, { $guests ->
        [one] one guest
       *[other] { $guests } guests
    }, under { $name }, { $phone }. Is that right?
confirm-yes = ✅ Book it
booked = Your table is booked. I shall remind you two hours before.
taken = That table has just been taken. Please choose another time.
name-please = Please write a name of up to 40 characters, on one line.
phone-please = Please write a phone number with 7 to 15 digits, or share yours by the button below.
given-up = Nothing was changed.
waited = I have heard nothing for half an hour, so the booking is closed and nothing was changed. You can begin again at any time.
reminder = See you at <b>{ $at }</b>! Your table is waiting for you.
pardon = I only keep tables. Tap a button above, or write /start.
menu-here = The button below always leads to your table.
out-of-date = That button was from an older message. Here is the current one.
out-of-date-below = That button was from an older message. The current one is below.
unknown-command = I do not know /{ $name }. Write /start.
failed = I am sorry: something went wrong on my side, and I could not do that. Your table is as it was; please try once more.
too-fast = That was a lot at once, and I have skipped the latest of it. Please wait ten seconds, then go on; nothing else has changed.
command-start = Your table
command-book = Book a table
command-cancel = Stop what I am asking

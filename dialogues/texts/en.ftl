### Every sentence a customer reads. Names of sentences stay when words change.
### Telegram's HTML may stand here; what fills a place is escaped on its way in.

## The keyboard in place of the letters

key-catalogue = 🗂 Catalogue
key-sale = 🔥 Sale
key-cart = 🛒 Cart
key-news = 📰 News
key-orders = 📦 Orders
key-profile = 👤 Profile
key-share-phone = 📱 Share my phone
key-back = ‹ Back
key-cancel = ✖️ Cancel
key-clear = 🗑 Clear
key-at-once = 📣 Send now
key-done = ✔️ Done
key-no-reason = Without a reason
key-unlimited = ♾ Never runs out

## Menu

welcome =
    Welcome to <b>{ $shop }</b>, { $name }!

    Look around in the catalogue, put what you like into the cart, and complete the order right here. The buttons below are always at hand.
welcome-back =
    Welcome back to <b>{ $shop }</b>, { $name }!
    What shall it be today?
dear-guest = dear guest
menu = What shall it be?
menu-here = The menu of <b>{ $shop }</b> is below, always at hand.
to-menu = ‹ Menu
help =
    <b>What you can do here</b>
    /catalogue – browse the shelves
    /sale – everything with a discount
    /search – or just write what you look for
    /cart – what you have chosen, and the way to order it
    /orders – what you have ordered
    /news – the latest news
    /ask – write to a person of the shop
    /profile – your name, contacts and language
    /privacy – what { $shop } keeps about you
    /cancel – stop answering a question
    /start – back to the beginning

    An old button is no problem: tap it and see.
help-owners = <b>For owners</b>
    /mail – write to all customers at once
    /product – add products, change their prices, discounts, stock, pictures and words, hide and show them
    /pause – take no orders for a while
    /team – who works in the shop, and who has done what
    “{ key-orders }” shows you those of all customers, by status, number, name or phone.
    Under the notice of an order there is a button for each step that it can take, and one to write to its customer.
    What customers ask comes to you as a message with a button to answer.
help-managers = <b>For managers</b>
    /product – add products, change their prices, discounts, stock, pictures and words, hide and show them
    “{ key-orders }” shows you those of all customers, by status, number, name or phone.
    Under the notice of an order there is a button for each step that it can take, and one to write to its customer.
    What customers ask comes to you as a message with a button to answer.
unknown-command = I do not know the command /{ $name }. See /help for those I know.
nothing-asked = I am not waiting for an answer right now: everything is as it was.
nothing-changed = Nothing changed.
lost-thread = I am sorry: I have been updated and lost the thread of our talk. Your cart and your profile are safe.
failed = I am sorry: something went wrong on my side, and I could not do that. Your cart, your profile and your orders are as they were; please try once more.
too-fast = That was a lot at once, and I have skipped the latest of it. Please wait ten seconds, then go on; nothing else has changed.
out-of-date = That button was from an older screen. Here is the current one.
out-of-date-below = That button was from an older screen. The current one is below.
back = ‹ Back
back-to = ‹ { $title }

## Small talk

chatted = I am only a shop and have no answer to “{ $said }”. The buttons below will get you anywhere, and /ask brings you to a person.
greeted = Hello! Just write what you look for, or use the buttons below.
thanked = You are most welcome!
sent-sticker = Lovely! I only understand words and buttons, though.
sent-voice = I cannot listen to voice messages yet. Please use the buttons or write to me.
sent-picture = I cannot look at pictures yet. Please use the buttons or write to me.
sent-other = I do not know what to do with that. Please use the buttons or write to me.
shared-contact-unasked = Thank you, but I do not need a contact right now, so I have not kept it. Your own number has its place under “👤 Profile”.
edited-message = I have read that message already. To change an answer, please send it again.
group-declined = I serve people one by one. Please write to me in a private chat.

## Search
# Lists of words, with commas between them; of all languages, each is understood in every language.

words-of-greeting = hello, hi, hey, good morning, good afternoon, good evening, good day, greetings
words-of-thanks = thanks, thank you, thx, many thanks, cheers
words-of-pieces = of them, of these, of this, of it, pieces, piece, pcs, pc, items, item, packs, pack, x, please, i want, i need, i would like, i will take, give me, make it, just, only
words-of-numbers = one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve
words-of-orders = my order, my orders, the order, order status, my parcel, my package, my delivery
words-of-person = operator, human, real person, a person, customer service, customer support, support, manager, consultant, call me
words-not-searched = a, an, the, and, or, of, in, on, at, to, from, for, with, without, by, is, are, am, be, it, its, this, that, these, those, there, here, i, me, my, we, us, our, you, your, he, she, they, them, do, does, did, have, has, had, can, could, will, would, should, may, want, need, like, looking, look, find, search, show, give, get, buy, order, please, any, some, something, what, which, how, much, many, price, cost, costs, where, when, who, why, not, no, yes, hello, hi, thanks, very, also, just, but, if, so, got, sell, tell, about, up, out, as, all
search-how = Write what you look for: the name of a product, a kind, a country. The number of an order opens it.
search-found = Here is what I found for “{ $words }”:
search-many =
    { $count ->
        [one] { $count } product matches “{ $words }”.
       *[other] { $count } products match “{ $words }”. These { $shown } match best; one more word makes the list shorter.
    }
search-meant = There is nothing for “{ $words }”. Did you mean “{ $meant }”?
search-nothing = There is nothing for “{ $words }”. Another word may find it.
search-gone = What there was for “{ $words }” is gone.
search-back = ‹ Last search
search-category = { $title } ›
search-product = { $title } · { $price }
search-product-sold-out = { $title } · { $price } · sold out

## Catalogue

catalogue = <b>Catalogue</b>
    Which shelf shall we look at?
catalogue-empty = The shelves are empty today. Please look in again tomorrow.
category-gone = That shelf is gone. Here is what there is now.
category-loose =
    { $count ->
        [one] { $count } product here
       *[other] { $count } products here
    }
shelves-before = ‹ Previous shelves
shelves-behind = More shelves ›
path = <b>{ $here }</b>
path-below = { $above } › <b>{ $here }</b>
sale = 🔥 <b>Sale</b>
list-empty = There is nothing here right now.
list-complete = That is all.
list-more =
    { $count ->
        [one] One more is waiting.
       *[other] { $count } more are waiting.
    }
list-sent = These are right below.
show-more = Show more · { $count }
to-catalogue = 🗂 To the catalogue

## Product

product-open = Take a look
product-row = <b>{ $title }</b> — { $price }
product-row-sold-out = <b>{ $title }</b> — { $price } · sold out
product-title = <b>{ $title }</b>
product-characteristic = { $name }: { $value }
product-full = <b>{ $title }</b>

    { $description }
product-read-more = 📖 More
product-add = Add to cart
product-added =
    { $quantity ->
        [one] { $title } is in your cart
       *[other] { $title } × { $quantity } is in your cart
    }
product-in-cart-already = It is in your cart already. Change the number to add more.
product-at-least-one = The minimum is one.
product-count =
    { $count ->
        [one] One. Use ➖ and ➕ to change that.
       *[other] { $count } of them. Use ➖ and ➕ to change that.
    }
product-dearer = The price has just changed: { $before } → { $now } each. Tap once more to put it into the cart.
product-gone = This is no longer sold.
back-in-stock-tell = 🔔 Tell me when it is back
back-in-stock-stop = 🔕 Do not tell me
back-in-stock-told = I’ll write to you as soon as { $title } is back.
back-in-stock-not-told = All right: I’ll write nothing about { $title }.
back-in-stock-already = Good news: { $title } is back already.
back-in-stock-most = You are waiting for a lot already. Tap “{ back-in-stock-stop }” on one of those products first.
back-in-stock = 🔔 <b>{ $title }</b> is back
product-only-left-with-cart =
    { $left ->
        [one] Only one is left, and your cart holds { $held } already.
       *[other] Only { $left } are left, and your cart holds { $held } already.
    }
price = { $now }
price-discounted = <s>{ $before }</s> <b>{ $now }</b> −{ $percent } %
in-stock = In stock
few-left =
    { $left ->
        [one] The last one
       *[other] Only { $left } left
    }
sold-out = Sold out
sold-out-alert = { $title } is sold out.
only-left =
    { $left ->
        [one] Only one of { $title } is left.
       *[other] Only { $left } of { $title } are left.
    }
most-per-order = { $most } is the most for one order.
fewer = ➖
more = ➕
count = { $count }
to-cart = 🛒 Cart · { $total }

## Cart

cart = <b>Your cart</b>
cart-none = Your cart is empty. We have plenty to fill it with.
line = { $title } × { $quantity } — { $sum }
total = <b>Total { $total }</b>
total-changes = <b>Total { $before } → { $now }</b>
cart-line-key = { $title } × { $quantity }
cart-take-out = ✖️
cart-taken-out = { $title } is out of your cart
cart-full = A cart holds { $most } different products. Please order these first.
cart-order = ✅ Complete the order
cart-empty = 🗑 Empty
cart-empty-sure =
    { $count ->
        [one] Take the only product out of the cart?
       *[other] Take all { $count } products out of the cart?
    }
cart-empty-yes = 🗑 Yes, empty it
cart-empty-no = ‹ No, keep it
cart-emptied = Your cart is empty now
cart-accept = 👍 All right, change it
cart-accepted = Your cart is up to date
cart-please-accept =
    Something has changed since you chose. Please have a look before ordering.
changed-dearer = ⚠️ <i>dearer now: { $before } → { $now } each</i>
changed-discount-ended = ⚠️ <i>the discount has ended: { $before } → { $now } each</i>
changed-cheaper = 🎉 <i>cheaper now: { $before } → { $now } each</i>
changed-short =
    { $left ->
        [one] ⚠️ <i>only one is left</i>
       *[other] ⚠️ <i>only { $left } are left</i>
    }
changed-sold-out = ⚠️ <i>sold out in the meantime</i>
changed-gone = ⚠️ <i>no longer sold</i>

## Checkout

checkout-summary = <b>Your order</b>
checkout-ask-email =
    { $count ->
        [1] One question
       *[other] Question { $number } of { $count }
    }: which e-mail can we write to about your order?
checkout-ask-receipt =
    { $count ->
        [1] One question
       *[other] Question { $number } of { $count }
    }: where should we e-mail the receipt?
checkout-ask-phone =
    { $count ->
        [1] One question
       *[other] Question { $number } of { $count }
    }: which phone number can the courier call?
checkout-ask-address =
    { $count ->
        [1] One question
       *[other] Question { $number } of { $count }
    }: where shall we deliver? Town, street, house, flat.
checkout-corrected = I have changed that. Please have another look:
checkout-thanks = Thank you, that is all I need.
checkout-review = <b>Please check your order</b>
checkout-confirm = ✅ Confirm
checkout-give-up = ✖️ Cancel
checkout-cancelled = Nothing was ordered. Your cart is as it was.
checkout-parked = Your order form is kept. “Complete the order” in the cart continues where you left off.
checkout-changed = Something has changed meanwhile. Please have a look at your cart.
placed =
    Order <b>{ $number }</b> is placed. Thank you!
    We will call you before delivery.
placed-receipt = The receipt goes to { $email }.
placed-already = This order is placed already: you find it under “{ key-orders }”.
placed-open = 📦 See the order
refused-email = “{ $said }” does not look like an e-mail. It should be like anna@example.com. Please try again.
phone-example = +380 67 111 22 33
refused-phone = “{ $said }” does not look like a phone number. It should be like { $example }. Please try again.
refused-address = That does not look like an address. Town, street, house, please, in 8 to 300 characters.
refused-name = A name has 1 to 64 characters, letters or digits among them. Please try again.
again-name = Please write your name as a text.
again-email = Please write your e-mail as a text.
again-phone = Please share your phone with the button below, or type the number.
again-address = Please write your address as a text.
contact-not-own = That is somebody else's contact. Please share your own, or type the number.
edit-name = ✏️ Name
edit-email = ✏️ E-mail
edit-phone = ✏️ Phone
edit-address = ✏️ Address
edit-language = 🌍 Language

## Orders

orders =
    { $count ->
        [one] <b>Your order</b>
       *[other] <b>Your { $count } orders</b>
    }
orders-none = You have not ordered anything yet.
orders-row = { $number } · { $total } · { $status }
orders-older = Older ›
orders-newer = ‹ Newer
orders-back = ‹ All orders
order = <b>Order { $number }</b>
    { $date } · { $status }
order-repeat = 🔁 The same again
order-unknown = There is no such order. Here are yours.
repeated = Everything is in your cart again.
repeated-partly = What we have is in your cart. Some of it is sold out or no longer sold.
repeat-nothing = None of it can be had at the moment.
repeat-held = All that we have of it is in your cart already.
status-new = new
status-accepted = accepted
status-shipped = on its way
status-delivered = delivered
status-cancelled = cancelled
order-cancel = ✖️ Cancel the order
order-cancel-sure = Shall order <b>{ $number }</b> be cancelled?
order-cancel-yes = ✖️ Yes, cancel it
order-cancel-no = ‹ No, I want it
order-is-cancelled = Your order is cancelled.
order-too-late = We are at work on this order already, so it cannot be cancelled here. It is as it was.
order-accepted = ✅ We have accepted your order <b>{ $number }</b>.
order-shipped = 🚚 Your order <b>{ $number }</b> is on its way.
order-delivered = 🎁 Your order <b>{ $number }</b> is delivered. Thank you!
order-cancelled = ✖️ We are sorry: your order <b>{ $number }</b> is cancelled.

## The owner's desk

owner-new-order = 🔔 New order <b>{ $number }</b>
owner-order = 📦 Order <b>{ $number }</b>
owner-forgotten = 🧽 The customer asked to be forgotten.
owner-forgotten-open = 🧽 The customer asked to be forgotten. Nobody can write to them here any more; what stands above is for the delivery, and goes when the order is delivered or cancelled.
owner-status = <b>{ $status }</b>
owner-moved = <b>{ $status }</b> · { $by }, { $at }
owner-by-customer = the customer
owner-reason = Reason: { $reason }
desk-open = open
desk-orders = <b>Orders: { $which }</b>
    Write a number, a name or a phone number, and I will look for it.
desk-none = <b>Orders: { $which }</b>
    There are none. Write a number, a name or a phone number, and I will look for it.
desk-found = <b>Orders of “{ $words }”</b>
desk-found-none = There are no orders of “{ $words }”.
desk-own = 🙋 My own orders
desk-sales = 📊 Sales
desk-table-this = 📄 This month’s orders
desk-table-last = 📄 Last month’s
desk-table = The orders of { $month }, a row for each of their lines. It holds what your customers told you about themselves: keep it safe.
desk-table-coming = The file comes in a moment.
desk-no-table = I cannot bring you this file now. Tap once more in a minute, please. More than 20,000 orders of a month do not fit into one: whoever runs the shop’s machine writes them with “shopkeeper orders export”.
desk-totals = <b>Sales</b>
    Today: { $today }
    This month: { $month }
desk-takings =
    { $orders ->
        [0] no orders
        [one] one order, { $total }
       *[other] { $orders } orders, { $total }
    }
desk-best = <b>Best sellers this month</b>
desk-best-line = { $title } × { $quantity }
desk-low = <b>Low stock</b>
desk-low-line =
    { $left ->
        [0] { $title } – sold out
        [one] { $title } – the last one
       *[other] { $title } – { $left } left
    }
desk-low-more =
    { $count ->
        [one] … and one more
       *[other] … and { $count } more
    }
desk-low-none = No product is running low.
desk-back = ‹ Orders
desk-accept = ✅ Accept
desk-ship = 🚚 Ship
desk-deliver = 🎁 Delivered
desk-cancel = ✖️ Cancel
desk-accepted = Order { $number } is accepted. The customer is told.
desk-shipped = Order { $number } is on its way. The customer is told.
desk-delivered = Order { $number } is delivered. The customer is told.
desk-cancelled = Order { $number } is cancelled. The customer is told, and its products are in stock again.
desk-accepted-forgotten = Order { $number } is accepted.
desk-shipped-forgotten = Order { $number } is on its way.
desk-delivered-forgotten = Order { $number } is delivered. What its delivery needed is gone.
desk-cancelled-forgotten = Order { $number } is cancelled. Its products are in stock again; what its delivery needed is gone.
desk-ask-reason-forgotten = To cancel order <b>{ $number }</b>, tap “{ key-no-reason }”: its customer asked to be forgotten, and nobody reads one.
desk-not-now = That cannot be done with order { $number } now: it is { $status }.
desk-unknown = There is no order { $number }.
desk-ask-reason = Why is order <b>{ $number }</b> cancelled? The customer reads what you write.
desk-again-reason = Please write the reason as a text, or tap “{ key-no-reason }”.
desk-reason-too-long = That is too long: { $most } characters at most. Please shorten it.
owner-contact =
    Name: { $name }
    E-mail: { $email }
    Phone: { $phone }
    Address: { $address }
owner-profile = 👤 <a href="tg://user?id={ $id }">Telegram profile</a>
owner-contact-without-email =
    Name: { $name }
    Phone: { $phone }
    Address: { $address }

## Pause

pause-off = ▶️ The shop takes orders.
pause-on = ⏸ The shop takes no orders. Customers who want to order read:
pause-begin = ⏸ Pause the shop
pause-change = ✏️ Change
pause-resume = ▶️ Take orders again
pause-over = The shop takes orders again.
pause-begun = Done. Everything can still be looked at.
pause-ask-day = From which day on do you take orders again? Write it like 24.12 or 24.12.2026.
pause-again-day = I need a day, such as 24.12 or 24.12.2026.
pause-day-past = That day is not in the future. From which day on do you take orders again?
pause-day-too-far = That is more than a year away. Please choose an earlier day.
pause-ask-reason = No orders until <b>{ $date }</b>. Why? Customers read what you write.
pause-notice = ⏸ { $shop } takes orders again from <b>{ $date }</b>.
pause-no-orders =
    { $notice }

    Your cart waits for you until then.

## Profile

profile =
    <b>Your profile</b>
    Name: { $name }
    E-mail: { $email }
    Phone: { $phone }
    Address: { $address }
    Language: { $language }
    Mailings: { $mailings }
profile-nothing = —
profile-mailings = yes
profile-no-mailings = no
profile-ask-name = What shall we call you?
profile-ask-email = Your e-mail?
profile-ask-phone = Your phone number?
profile-ask-address = Your address? Town, street, house, flat.
profile-saved = Saved.
profile-cleared = Cleared.
profile-languages = Which language do you prefer?
profile-language-set = From now on I speak English.
language = English

## News

news-item = <b>{ $headline }</b>
    { $body }

    <i>{ $date }</i>
news-none = There is no news yet.
news-write = ✏️ Write to all customers

## Receipts by e-mail

receipt-subject = Your order { $number } at { $shop }
receipt-head =
    Thank you for your order at { $shop }!
    Order { $number } of { $placed }
receipt-foot = This is an automatic message. You can follow your order and reach us in the chat where you ordered.

## Mailings

mailing-opt-out = 🔕 No more mailings
mailing-opt-in = 🔔 Send me mailings
mailings-on = You will get our mailings again. Welcome back!
mailings-off = You will get no more mailings. If you want them again, your profile has a button for it.
mailing-ask = What shall I send? Write me the text, or send a picture with a caption.
mailing-again = I can send a text, or one picture with a caption. Please write to me.
mailing-again-words = Please write the new words as a text.
mailing-ask-time = When shall I send it? Tap a time, or write one: 18:30 (today, or tomorrow if that has passed), or 24.12 18:30.
mailing-again-time = I need a time, such as 18:30 or 24.12 18:30.
mailing-time-past = That time has passed. Please choose a later one.
mailing-time-too-far = That is more than a year away. Please choose an earlier time.
mailing-choose-language = Everybody gets the letter as you have written it, unless you write it in their language, too. In which language do you want to write it?
mailing-ask-translation = Write me the letter in this language: { $language }.
mailing-ask-caption = Write me the caption in this language: { $language }. The picture stays.
mailing-too-long = That is too long: Telegram takes at most { $most } characters here. Please shorten it.
mailing-one-picture = A letter takes one picture: I have kept the first one.
mailing-preview = This is how it will arrive:
mailing-headed = <b>{ $headline }</b>
    { $body }
mailing-sure =
    { $count ->
        [0] There is nobody to send this to.
        [one] This goes to one customer. Send it?
       *[other] This goes to { $count } customers. Send it?
    }
mailing-sure-later =
    { $count ->
        [one] This goes to one customer on { $when }. Schedule it?
       *[other] This goes to { $count } customers on { $when }. Schedule it?
    }
mailing-also = Also in: { $languages }
mailing-everybody = 👥 Everybody
mailing-ordered = 🛍 Who has ordered
mailing-speaks = { $language }
mailing-chosen = ✓ { $name }
mailing-send = 📣 Send
mailing-later = ⏰ Later
mailing-translate = 🌐 Translate
mailing-back = ‹ Back
mailing-schedule = 📣 Schedule
mailing-drop = ✖️ Cancel
mailing-dropped = Nothing was sent.
mailing-nobody = There is nobody to send this to.
mailing-begun-already = That has begun already.
mailing-begun =
    { $count ->
        [one] It is on its way to one customer. How far it has come, I tell below.
       *[other] It is on its way to { $count } customers. How far it has come, I tell below.
    }
mailing-scheduled =
    { $count ->
        [one] It goes out on { $when }: to one customer, as of now. I will report progress here.
       *[other] It goes out on { $when }: to { $count } customers, as of now. I will report progress here.
    }
mailing-sending = 📣 Sending: { $done } of { $all }
mailing-correcting = ✏️ Correcting: { $done } of { $all }
mailing-recalling = 🧽 Taking back: { $done } of { $all }
mailing-paused = ⏸ Paused at { $done } of { $all }
mailing-cancelled = ✖️ Cancelled at { $done } of { $all }
mailing-scheduled-already = It is scheduled already.
mailing-translations-gone = The translations were of the former text: I have removed them.
mailing-not-sent = This letter is not sent.
mailing-unsent = ✖️ Cancelled before it was sent
mailing-sent = 📣 Sent to { $sent } of { $all }
mailing-corrected = ✏️ Corrected: { $count } of { $all }
mailing-recalled = 🧽 Taken back: { $count } of { $all }
mailing-pace = { $rate } a second, about { $left } min left
mailing-waits = Telegram asks me to wait until { $until }
mailing-blocked =
    { $count ->
        [one] { $count } has blocked the bot
       *[other] { $count } have blocked the bot
    }
mailing-deactivated =
    { $count ->
        [one] { $count } is no longer in Telegram
       *[other] { $count } are no longer in Telegram
    }
mailing-not-found =
    { $count ->
        [one] { $count } has no chat with the bot
       *[other] { $count } have no chat with the bot
    }
mailing-opted-out =
    { $count ->
        [one] { $count } wants no mailings any more
       *[other] { $count } want no mailings any more
    }
mailing-failed =
    { $count ->
        [one] { $count } was refused by Telegram for another reason
       *[other] { $count } were refused by Telegram for another reason
    }
mailing-missed =
    { $count ->
        [one] { $count } could not be changed: gone, or too old
       *[other] { $count } could not be changed: gone, or too old
    }
mailing-repeated =
    { $count ->
        [one] { $count } may have it twice: I was stopped in the middle of sending
       *[other] { $count } may have it twice: I was stopped in the middle of sending
    }
mailing-pause = ⏸ Pause
mailing-resume = ▶️ Go on
mailing-cancel = ✖️ Cancel
mailing-correct = ✏️ Correct
mailing-recall = 🧽 Take back
mailing-pausing = Pausing
mailing-resuming = Going on
mailing-cancelling = Cancelling
mailing-not-now = That cannot be done with this mailing now.
mailing-ask-words = What shall it say instead? The new words replace the old ones for everybody who has it.
mailing-correction-begun = I am correcting it.
mailing-recall-sure = Shall I delete it from every chat that it was sent to? Telegram allows that for 48 hours.
mailing-recall-yes = 🧽 Yes, take it back
mailing-recall-no = ‹ No, leave it
mailing-recall-begun = I am taking it back.

## Talking to a person

talk-ask =
    What would you like to tell us? A person from <b>{ $shop }</b> reads it and answers here.
talk-ask-order =
    What would you like to tell us about order <b>{ $number }</b>? A person reads it and answers here.
talk-again = I can only pass on text: please write it in words.
talk-too-long = That is too long: { $most } characters at most. Please send it in two parts.
talk-asked =
    Thank you, your message is on its way. As soon as a person from <b>{ $shop }</b> has answered, you will read it here.
    If there is more to say, just go on writing; “{ key-done }” brings you back to the shop.
talk-more-asked = That is on its way, too.
talk-nothing-sent = Nothing was sent.
talk-from = 💬 <b>{ $name }</b> writes:
talk-from-about = 💬 <b>{ $name }</b> writes about order <b>{ $number }</b>:
talk-quote = <blockquote>{ $text }</blockquote>
talk-somebody = a customer
talk-key-answer = ↩️ Answer
talk-key-ask = 💬 Ask about it
talk-key-person = 💬 Ask a person
talk-key-write = ✉️ Write to the customer
talk-answer = What shall I tell <b>{ $name }</b>?
talk-answered = It is on its way to the customer.
talk-answered-by = ↩️ <b>{ $name }</b>: { $text }
talk-nobody = I cannot reach this customer any more: they have asked to be forgotten.
talk-shop = 💬 <b>{ $shop }</b> writes:
talk-shop-about = 💬 <b>{ $shop }</b> writes about your order <b>{ $number }</b>:
talk-undelivered = ✖️ Your message did not reach <b>{ $name }</b>: they may have blocked me. What you wrote:

## Privacy

privacy =
    <b>What { $shop } keeps about you</b>
    • your Telegram id, name and nickname, to know you again;
    • e-mail, phone and address, if you gave them, to deliver your orders;
    • your cart, the products that you wait for, where we are in our talk, and what you last looked for;
    • your orders;
    • what you write to the people of the shop, and their answers;
    • where I failed to read or to answer you: what it was, for { $days ->
        [one] a day
       *[other] { $days } days
    }, so that somebody can look into it;
    • which of the shop’s mailings you got{ $recipients ->
        [0] {""}
       *[other] {" "}(for { $recipients } days)
    }, so that a mistake in one can be corrected.

    Nobody else gets them. You can have a copy, and you can be forgotten: then only the number, the lines and the total of your orders stay, because the law asks for them, and of an order on its way what its delivery needs, until it is delivered or cancelled. For about a day after your last message I remember your Telegram id and which messages I have answered, so that I answer none of them twice.
privacy-receipts = With one exception: the receipt of an order, with its name, phone, address and goods, is sent to the e-mail address in it, through the mail provider of the shop.
privacy-inactive = If I hear nothing from you for { $days } days, I forget you by myself, unless an order of yours is on its way.
privacy-team = You work here. As long as you do, your Telegram id is kept for that. The shop’s log tells what you have done in it, by your name; that stays, also if you ask to be forgotten.
privacy-send = 📄 Send me my data
privacy-forget = 🧽 Forget me
privacy-file = This is what I keep about you.
privacy-sure = Shall I forget your profile, your cart and our talk? Nobody can bring them back.
privacy-sure-orders = { $count ->
    [one] Order { $numbers } is not delivered yet: its name, phone and address stay with the shop until it is delivered or cancelled.
   *[other] Orders { $numbers } are not delivered yet: their names, phones and addresses stay with the shop until they are delivered or cancelled.
} I cannot write to you about that any more, so the shop will call you. If you no longer want something, cancel it first in /orders, or ask a person: /ask
privacy-sure-yes = 🧽 Yes, forget me
privacy-sure-no = ‹ No, stay friends
privacy-forgotten = You are forgotten. If you ever want to come back, say /start.

## Goods, for the people of the shop

goods-find = Which product shall we change? Write its name, or a part of it.
goods-find-or-unsold =
    Which product shall we change? Write its name, or a part of it.

    These cannot be bought now:
goods-found = For “{ $words }” there is:
goods-nothing = I found no product for “{ $words }”. Try another word, or a part of the name.
goods-row = { $title } · { $price }
goods-row-hidden = 🙈 { $title }
goods-row-sold-out = 🚫 { $title }
goods-product =
    <b>{ $title }</b>
    { $price }
    In stock: { $stock }
    { $hidden }
goods-stock-unlimited = as many as are wanted
goods-stock-count = { $left }
goods-is-hidden = 🙈 Customers do not see it.
goods-is-shown = 👁 Customers see it.
goods-key-edit = ✏️ Change
goods-key-price = 💰 Price
goods-key-discount = 🔥 Discount
goods-key-stock = 📦 Stock
goods-key-hide = 🙈 Hide
goods-key-show = 👁 Show
goods-key-another = ‹ Another product
goods-ask-price = { $title } costs { $price }, before any discount. What shall it cost?
goods-ask-first-discount = { $title } has no discount. How many per cent shall it be, from 0 to 100?
goods-ask-discount = { $title } has a discount of { $percent } %. How many shall it be, from 0 to 100?
goods-ask-stock = { $title }, in stock: { $stock }. How many are there now?
goods-again-price = I need an amount, such as 420 or 420.50.
goods-again-discount = I need a number from 0 to 100; 0 ends the discount.
goods-again-stock = I need a whole number such as 40, or “{ key-unlimited }”.
goods-costs = { $title } costs { $price } now.
goods-stocked = { $title }, in stock now: { $stock }
goods-hidden = Customers do not see { $title } any more.
goods-shown = Customers see { $title } now.
goods-key-picture = 🖼 Picture
goods-key-description = 📝 Description
goods-key-new = ➕ New product
goods-no-picture = 🖼 No picture yet.
goods-no-description = 📝 No description yet.
goods-ask-description = What shall customers read about { $title }? Write it in as many lines as you like.
goods-ask-another-description =
    What shall customers read about { $title }? Write all of it anew. Now they read:

    { $description }
goods-again-description = I need words, at most { $most } characters of them.
goods-described = { $title } has its new description.
goods-undescribed = { $title } has no description any more.
goods-translated = { $title } is described in several languages, and I can write only one. Change it where the translations are kept.
goods-ask-picture = Send me the picture of { $title }, please: as a photo, not as a file.
goods-ask-another-picture = This is the picture of { $title }. Send me another one, please: as a photo, not as a file.
goods-again-picture = I need a photo: tap 📎 and choose one, please.
goods-one-picture = A product has one picture. To change it, tap “{ goods-key-picture }” and send the photo.
goods-pictured = { $title } has its new picture.
goods-unpictured = { $title } has no picture any more.
goods-ask-category = A new product! On which shelf shall it stand? Tap it, or write its name.
goods-ask-category-of-many = A new product! On which of the { $all } shelves shall it stand? Tap it, or write its name or a part of it.
goods-several-categories = I know several shelves for “{ $words }”. Which one is it?
goods-again-category = I know no such shelf. Tap one, or write its name or a part of it.
goods-no-category = There is no shelf for a product yet. Add a category first: with the API, or a shop folder.
goods-category-gone = That shelf is gone meanwhile.
goods-ask-title = { $category }. What is the new product called?
goods-ask-title-nowhere = What is the new product called?
goods-again-title = I need a name, at most 200 characters of it.
goods-ask-first-price = { $title }. What does it cost?
goods-added = { $title } is here, for { $price }. Customers see it as soon as you tap “{ goods-key-show }”.
goods-not-added = No product was added.

## Reminders

reminder-cart =
    🛒 { $products ->
        [one] One product is
       *[other] { $products } products are
    } still waiting in your cart: { $total } in all. Shall we go on?
reminder-cart-open = 🛒 To the cart
reminder-order = 📝 You were about to complete an order of { $total }. Your answers are kept: shall we go on?
reminder-order-open = ▶️ Go on with the order

## The team, for owners

team-head = <b>The people of { $shop }</b>
team-owners = Owners, who may do everything:
team-managers = Managers, who look after orders, messages and goods:
team-line = • { $name }
team-line-fixed = • { $name } (by the settings)
team-line-you = • { $name } (you)
team-row = { $name } · { $role }
team-invitations = { $count ->
        [one] One invitation is
       *[other] { $count } invitations are
    } waiting to be accepted.
team-invite-manager = ➕ A manager
team-invite-owner = ➕ An owner
team-withdraw = ✖️ Withdraw the invitations
team-withdrawn = Withdrawn: the links lead nowhere now.
team-forward = Forward the next message to whom you want to invite:
team-invitation-manager =
    You are invited to look after <b>{ $shop }</b> as a manager: orders, messages and goods. Open this link to accept:

    { $link }

    It works once, until { $until }.
team-invitation-owner =
    You are invited to be an owner of <b>{ $shop }</b>. Open this link to accept:

    { $link }

    It works once, until { $until }.
team-news-manager = 👋 I have accepted the invitation, and work here as a manager now.
team-news-owner = 👋 I have accepted the invitation, and am an owner now.
team-member = <b>{ $name }</b>: { $role }
team-member-gone = They do not work here any more.
team-make-owner = ⬆️ Make an owner
team-make-manager = ⬇️ Make a manager
team-dismiss = ✖️ Take out of the team
team-back = ‹ The team
team-appointed = { $name }: { $role } from now on.
team-dismissed = { $name } does not work here any more.
team-told-manager = You are a manager of <b>{ $shop }</b> now: /help tells what you can do here.
team-told-owner = You are an owner of <b>{ $shop }</b> now: /help tells what you can do here.
team-told-gone = You do not work in <b>{ $shop }</b> any more. Thank you for your time here! What you have ordered yourself stays as it is.
team-already = You work here already, and may do all that this invitation is for. It stays open: forward it to whom it is meant for.
team-invitation-over = This invitation was accepted already, withdrawn, or is too old. Please ask for another one.
team-joined-manager =
    Welcome! You are a manager of <b>{ $shop }</b> now.

    New orders and customers’ questions come to you here from now on, with buttons to go on. “{ key-orders }” shows all orders, /product changes goods and adds new ones, and /help tells the rest.
team-joined-owner =
    Welcome! You are an owner of <b>{ $shop }</b> now.

    New orders and customers’ questions come to you here from now on, with buttons to go on. /help tells what else you can do.
team-no-more = Your role here has changed, and this is not part of it any more. Everything else is in the menu below.
role-owner = owner
role-manager = manager

## The audit log, for owners

audit-open = 📋 Who has done what
audit-head = <b>Who has done what lately</b>
audit-none = Nobody has changed anything yet.
audit-line = { $at } · { $by }: { $what }
audit-order-accepted = order { $order } accepted
audit-order-shipped = order { $order } shipped
audit-order-delivered = order { $order } delivered
audit-order-cancelled = order { $order } cancelled
audit-price = { $product } costs { $price }
audit-discount = { $product }, discount { $percent }
audit-stock = { $product }, in stock { $stock }
audit-description = { $product } described anew
audit-picture = { $product } has another picture
audit-no-picture = { $product }, picture removed
audit-added = { $product } added
audit-hidden = { $product } hidden
audit-shown = { $product } shown
audit-paused = no orders until { $date }
audit-resumed = orders are taken again
audit-mailing-started = mailing sent
audit-mailing-paused = mailing paused
audit-mailing-resumed = mailing resumed
audit-mailing-cancelled = mailing stopped
audit-mailing-corrected = mailing corrected
audit-mailing-recalled = mailing taken back
audit-invited = invitation made: { $role }
audit-withdrawn = invitations withdrawn
audit-joined = joined the team: { $role }
audit-appointed = { $name }: { $role } from now on
audit-dismissed = { $name } taken out of the team

## Commands, as Telegram's menu shows them

command-start = Back to the beginning
command-catalogue = Browse the shelves
command-sale = Everything with a discount
command-search = Find something in the shop
command-cart = Your cart
command-news = The latest news
command-orders = Your orders
command-profile = Your name, contacts and language
command-ask = Write to a person of the shop
command-help = What you can do here
command-cancel = Stop answering a question
command-privacy = What is kept about you
command-mail = Write to all customers
command-product = Change your goods, or add some
command-pause = Take no orders for a while
command-team = Who works in the shop

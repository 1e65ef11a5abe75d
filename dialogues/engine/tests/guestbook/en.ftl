key-book = 📖 Guest book
welcome = Welcome! { $count ->
        [0] Nobody has signed yet.
        [one] One guest has signed.
       *[other] { $count } guests have signed.
    }
sign = ✍️ Sign
ask = What would you like to write?
thanks = Thank you!
please = Please write it as a text.
menu-here = The button below leads to the guest book.
out-of-date = That button was from an older message. Here is the current one.
out-of-date-below = That button was from an older message. The current one is below.
unknown-command = I do not know /{ $name }. Write /start.
failed = I am sorry: something went wrong on my side, and I could not do that. Please try once more.
too-fast = That was a lot at once, and I have skipped the latest of it. Please wait ten seconds, then go on.
command-start = The guest book

### Every sentence a customer reads. Names of sentences stay when words change.
### Telegram's HTML may stand here; what fills a place is escaped on its way in.

## The keyboard in place of the letters

key-catalogue = 🗂 Каталог
key-sale = 🔥 Знижки
key-cart = 🛒 Кошик
key-news = 📰 Новини
key-orders = 📦 Замовлення
key-profile = 👤 Профіль
key-share-phone = 📱 Надіслати мій номер
key-back = ‹ Назад
key-cancel = ✖️ Скасувати
key-clear = 🗑 Видалити
key-done = ✔️ Готово
key-no-reason = Без причини
key-unlimited = ♾ Не закінчується

## Menu

welcome =
    Вітаємо в крамниці <b>{ $shop }</b>, { $name }!

    Перегляньте каталог, додайте до кошика те, що припаде до душі, й оформте замовлення просто тут. Кнопки внизу завжди під рукою.
welcome-back =
    Раді знову бачити вас у крамниці <b>{ $shop }</b>, { $name }!
    Що оберете сьогодні?
dear-guest = любий гостю
menu = Що бажаєте?
menu-here = Меню крамниці <b>{ $shop }</b> — внизу, завжди під рукою.
to-menu = ‹ Меню
help =
    <b>Що тут можна зробити</b>
    /catalogue – роздивитися полиці
    /sale – усе зі знижкою
    /search – або просто напишіть, що шукаєте
    /cart – що ви вибрали і як це замовити
    /orders – що ви замовляли
    /news – останні новини
    /ask – написати людині з крамниці
    /profile – ваше ім’я, контакти й мова
    /privacy – що зберігає про вас { $shop }
    /cancel – скасувати поточне запитання
    /start – повернутися на початок

    Стара кнопка — не біда: натисніть і побачите.
help-owners = <b>Для власників</b>
    /mail – написати всім покупцям одразу
    /product – додати товари, змінити ціну, знижку, залишок, фото чи опис, сховати й показати
    /pause – не приймати замовлень якийсь час
    /team – хто працює в крамниці й хто що робив
    «{ key-orders }» показує вам замовлення всіх клієнтів: за статусом, номером, ім’ям чи телефоном.
    Під повідомленням про замовлення є кнопка для кожного наступного кроку й кнопка, щоб написати клієнтові.
    Запитання клієнтів приходять вам повідомленнями з кнопкою для відповіді.
help-managers = <b>Для менеджерів</b>
    /product – додати товари, змінити ціну, знижку, залишок, фото чи опис, сховати й показати
    «{ key-orders }» показує вам замовлення всіх клієнтів: за статусом, номером, ім’ям чи телефоном.
    Під повідомленням про замовлення є кнопка для кожного наступного кроку й кнопка, щоб написати клієнтові.
    Запитання клієнтів приходять вам повідомленнями з кнопкою для відповіді.
unknown-command = Я не знаю команди /{ $name }. Ті, що знаю, — у /help.
nothing-asked = Зараз я не чекаю на відповідь: усе лишилося, як було.
nothing-changed = Нічого не змінилося.
lost-thread = Перепрошую: після оновлення нитка нашої розмови загубилася. Ваші кошик і профіль на місці.
failed = Перепрошую: щось пішло не так з мого боку, і зробити це не вдалося. Ваш кошик, профіль і замовлення лишилися, як були; спробуйте, будь ласка, ще раз.
too-fast = Це було забагато одразу, тож останнє я пропускаю. Зачекайте, будь ласка, десять секунд і продовжуйте; більше нічого не змінилося.
out-of-date = Ця кнопка була зі старого екрана. Ось актуальний.
out-of-date-below = Ця кнопка була зі старого екрана. Актуальний — нижче.
back = ‹ Назад
back-to = ‹ { $title }

## Small talk

chatted = Я лише крамниця і не маю відповіді на «{ $said }». Кнопки внизу приведуть вас куди завгодно, а /ask — до людини.
greeted = Вітаю! Просто напишіть, що шукаєте, або скористайтеся кнопками внизу.
thanked = Завжди будь ласка!
sent-sticker = Яка краса! Щоправда, я розумію лише слова й кнопки.
sent-voice = Слухати голосові повідомлення я поки не вмію. Скористайтеся кнопками або напишіть мені.
sent-picture = Розглядати зображення я поки не вмію. Скористайтеся кнопками або напишіть мені.
sent-other = Не знаю, що з цим робити. Скористайтеся кнопками або напишіть мені.
shared-contact-unasked = Дякую, але зараз контакт мені не потрібен, тож його не збережено. Свій номер можна вказати в розділі «👤 Профіль».
edited-message = Це повідомлення вже прочитано. Щоб змінити відповідь, надішліть її ще раз.
group-declined = Я обслуговую кожного окремо. Напишіть мені, будь ласка, в приватний чат.

## Search
# Lists of words, with commas between them; of all languages, each is understood in every language.

words-of-greeting = привіт, вітаю, вітання, добрий день, доброго дня, добрий ранок, доброго ранку, добрий вечір, доброго вечора, здрастуйте
words-of-thanks = дякую, дякуємо, спасибі, щиро дякую, велике спасибі
words-of-orders = моє замовлення, мої замовлення, мого замовлення, моїм замовленням, статус замовлення, де замовлення, моя посилка, мою посилку
words-of-person = оператор, оператора, оператором, людина, людину, людиною, підтримка, підтримку, підтримкою, менеджер, менеджера, менеджером, консультант, консультанта, консультантом, передзвоніть, зателефонуйте
words-not-searched = і, й, та, або, чи, а, але, в, у, з, із, зі, на, до, від, для, без, по, про, за, під, це, цей, ця, ці, той, та, те, ті, тут, там, я, мені, мене, ми, нам, нас, ви, вам, вас, ваш, ваші, мій, моя, він, вона, воно, вони, є, був, була, було, бути, маєте, має, можна, можу, можете, хочу, хочемо, хотів, хотіла, треба, потрібно, потрібен, потрібна, шукаю, знайти, знайди, покажіть, покажи, показати, дайте, дай, купити, куплю, замовити, придбати, будь, ласка, який, яка, яке, які, якийсь, якась, щось, що, як, скільки, коштує, коштують, ціна, ціни, де, коли, хто, чому, не, ні, так, дуже, ще, вже, лише, тільки, усе, все, всі, привіт, дякую, якщо, бо, щоб, підкажіть, скажіть, цікавить, буде, купую, продаєте
search-how = Напишіть, що шукаєте: назву товару, вид, країну. Номер замовлення відкриє його.
search-found = Ось що я знаходжу за словами «{ $words }»:
search-many =
    { $count ->
        [one] { $count } товар підходить до «{ $words }». Ці { $shown } — найкраще; ще одне слово скоротить список.
        [few] { $count } товари підходять до «{ $words }». Ці { $shown } — найкраще; ще одне слово скоротить список.
       *[many] { $count } товарів підходять до «{ $words }». Ці { $shown } — найкраще; ще одне слово скоротить список.
    }
search-meant = За словами «{ $words }» нічого немає. Може, ви мали на увазі «{ $meant }»?
search-nothing = За словами «{ $words }» нічого немає. Спробуйте інше слово.
search-gone = Того, що було за словами «{ $words }», вже немає.
search-back = ‹ Останній пошук
search-category = { $title } ›
search-product = { $title } · { $price }
search-product-sold-out = { $title } · { $price } · немає

## Catalogue

catalogue = <b>Каталог</b>
    На яку полицю зазирнемо?
catalogue-empty = Сьогодні полиці порожні. Зазирніть, будь ласка, завтра.
category-gone = Цієї полиці вже немає. Ось що є тепер.
category-loose =
    { $count ->
        [one] Тут { $count } товар
        [few] Тут { $count } товари
        [many] Тут { $count } товарів
       *[other] Тут { $count } товару
    }
shelves-before = ‹ Попередні полиці
shelves-behind = Ще полиці ›
path = <b>{ $here }</b>
path-below = { $above } › <b>{ $here }</b>
sale = 🔥 <b>Знижки</b>
list-empty = Зараз тут нічого немає.
list-complete = Це все.
list-more =
    { $count ->
        [one] На вас чекає ще { $count } товар.
        [few] На вас чекають ще { $count } товари.
        [many] На вас чекають ще { $count } товарів.
       *[other] На вас чекає ще { $count } товару.
    }
list-sent = Їх уже показано нижче.
show-more = Показати ще · { $count }
to-catalogue = 🗂 До каталогу

## Product

product-open = Роздивитися
product-row = <b>{ $title }</b> — { $price }
product-row-sold-out = <b>{ $title }</b> — { $price } · немає в наявності
product-title = <b>{ $title }</b>
product-characteristic = { $name }: { $value }
product-full = <b>{ $title }</b>

    { $description }
product-read-more = 📖 Докладніше
product-add = Додати до кошика
product-added =
    { $quantity ->
        [1] { $title } — у кошику
       *[other] { $title } × { $quantity } — у кошику
    }
product-in-cart-already = Товар уже в кошику. Щоб додати ще, змініть кількість.
product-at-least-one = Менше однієї штуки не можна.
product-count =
    { $count ->
        [one] { $count } штука. Змінити кількість можна кнопками ➖ і ➕.
        [few] { $count } штуки. Змінити кількість можна кнопками ➖ і ➕.
        [many] { $count } штук. Змінити кількість можна кнопками ➖ і ➕.
       *[other] { $count } штуки. Змінити кількість можна кнопками ➖ і ➕.
    }
product-dearer = Ціна щойно змінилася: { $before } → { $now } за одиницю. Торкніться ще раз, щоб покласти до кошика.
product-gone = Цей товар більше не продається.
back-in-stock-tell = 🔔 Повідомити, коли з’явиться
back-in-stock-stop = 🔕 Не повідомляти
back-in-stock-told = Напишу вам, щойно { $title } знову з’явиться.
back-in-stock-not-told = Гаразд, про { $title } не писатиму.
back-in-stock-already = Гарна новина: { $title } уже знову є.
back-in-stock-most = Ви вже чекаєте на багато товарів. Спершу натисніть «{ back-in-stock-stop }» на котромусь із них.
back-in-stock = 🔔 <b>{ $title }</b> — знову в наявності
product-only-left-with-cart =
    { $left ->
        [one] Залишилася лише { $left } штука, а у вашому кошику вже { $held }.
        [few] Залишилося лише { $left } штуки, а у вашому кошику вже { $held }.
        [many] Залишилося лише { $left } штук, а у вашому кошику вже { $held }.
       *[other] Залишилося лише { $left } штуки, а у вашому кошику вже { $held }.
    }
price = { $now }
price-discounted = <s>{ $before }</s> <b>{ $now }</b> −{ $percent } %
in-stock = Є в наявності
few-left =
    { $left ->
        [1] Остання штука
        [one] Залишилася лише { $left } штука
        [few] Залишилося лише { $left } штуки
        [many] Залишилося лише { $left } штук
       *[other] Залишилося лише { $left } штуки
    }
sold-out = Немає в наявності
sold-out-alert = { $title }: товар закінчився.
only-left =
    { $left ->
        [one] { $title }: залишилася лише { $left } штука.
        [few] { $title }: залишилося лише { $left } штуки.
        [many] { $title }: залишилося лише { $left } штук.
       *[other] { $title }: залишилося лише { $left } штуки.
    }
most-per-order =
    { $most ->
        [one] В одному замовленні може бути не більше { $most } штуки одного товару.
        [few] В одному замовленні може бути не більше { $most } штук одного товару.
        [many] В одному замовленні може бути не більше { $most } штук одного товару.
       *[other] В одному замовленні може бути не більше { $most } штуки одного товару.
    }
fewer = ➖
more = ➕
count = { $count }
to-cart = 🛒 Кошик · { $total }

## Cart

cart = <b>Ваш кошик</b>
cart-none = Ваш кошик порожній. Нам є чим його наповнити.
line = { $title } × { $quantity } — { $sum }
total = <b>Разом { $total }</b>
total-changes = <b>Разом { $before } → { $now }</b>
cart-line-key = { $title } × { $quantity }
cart-take-out = ✖️
cart-taken-out = { $title }: прибрано з кошика
cart-full =
    { $most ->
        [one] У кошик вміщується { $most } товар. Спершу, будь ласка, замовте те, що вже вибрали.
        [few] У кошик вміщується { $most } різні товари. Спершу, будь ласка, замовте те, що вже вибрали.
        [many] У кошик вміщується { $most } різних товарів. Спершу, будь ласка, замовте те, що вже вибрали.
       *[other] У кошик вміщується { $most } різного товару. Спершу, будь ласка, замовте те, що вже вибрали.
    }
cart-order = ✅ Оформити замовлення
cart-empty = 🗑 Очистити кошик
cart-empty-sure =
    { $count ->
        [1] Прибрати з кошика єдиний товар?
        [one] Прибрати з кошика { $count } товар?
        [few] Прибрати з кошика всі { $count } товари?
        [many] Прибрати з кошика всі { $count } товарів?
       *[other] Прибрати з кошика { $count } товару?
    }
cart-empty-yes = 🗑 Так, очистити
cart-empty-no = ‹ Ні, залишити
cart-emptied = Тепер ваш кошик порожній
cart-accept = 👍 Гаразд, оновити
cart-accepted = Кошик оновлено
cart-please-accept =
    Відколи ви вибрали товари, дещо змінилося. Погляньте, будь ласка, перш ніж замовляти.
changed-dearer = ⚠️ <i>тепер дорожче: { $before } → { $now } за штуку</i>
changed-discount-ended = ⚠️ <i>знижка закінчилася: { $before } → { $now } за штуку</i>
changed-cheaper = 🎉 <i>тепер дешевше: { $before } → { $now } за штуку</i>
changed-short =
    { $left ->
        [one] ⚠️ <i>залишилася лише { $left } штука</i>
        [few] ⚠️ <i>залишилося лише { $left } штуки</i>
        [many] ⚠️ <i>залишилося лише { $left } штук</i>
       *[other] ⚠️ <i>залишилося лише { $left } штуки</i>
    }
changed-sold-out = ⚠️ <i>тим часом закінчилося</i>
changed-gone = ⚠️ <i>більше не продається</i>

## Checkout

checkout-summary = <b>Ваше замовлення</b>
checkout-ask-email =
    { $count ->
        [1] Одне запитання
       *[other] Запитання { $number } з { $count }
    }: на яку електронну пошту можна написати вам про замовлення?
checkout-ask-phone =
    { $count ->
        [1] Одне запитання
       *[other] Запитання { $number } з { $count }
    }: за яким номером кур’єр може вам зателефонувати?
checkout-ask-address =
    { $count ->
        [1] Одне запитання
       *[other] Запитання { $number } з { $count }
    }: куди доставити? Місто, вулиця, будинок, квартира.
checkout-corrected = Виправляю. Перегляньте, будь ласка, ще раз:
checkout-thanks = Дякую, це все, що потрібно.
checkout-review = <b>Перевірте, будь ласка, замовлення</b>
checkout-confirm = ✅ Підтвердити
checkout-give-up = ✖️ Скасувати
checkout-cancelled = Нічого не замовлено. У кошику все, як було.
checkout-parked = Усе, що ви вказали, збережено. Щоб продовжити з того самого місця, натисніть «Оформити замовлення» в кошику.
checkout-changed = Тим часом дещо змінилося. Перегляньте, будь ласка, свій кошик.
placed =
    Замовлення <b>{ $number }</b> оформлено. Дякуємо!
    Перед доставкою ми вам зателефонуємо.
placed-already = Це замовлення вже оформлено: воно в розділі «{ key-orders }».
placed-open = 📦 Відкрити замовлення
refused-email = «{ $said }» не схоже на електронну пошту. Потрібна адреса на зразок anna@example.com. Спробуйте, будь ласка, ще раз.
phone-example = +380 67 111 22 33
refused-phone = «{ $said }» не схоже на номер телефону. Потрібен номер на зразок { $example }. Спробуйте, будь ласка, ще раз.
refused-address = Це не схоже на адресу. Місто, вулиця, будинок; від 8 до 300 символів. Спробуйте, будь ласка, ще раз.
refused-name = Ім’я має містити від 1 до 64 символів, серед них — літери або цифри. Спробуйте, будь ласка, ще раз.
again-name = Напишіть, будь ласка, своє ім’я текстом.
again-email = Напишіть, будь ласка, свою електронну пошту текстом.
again-phone = Надішліть, будь ласка, свій номер кнопкою внизу або введіть його.
again-address = Напишіть, будь ласка, свою адресу текстом.
contact-not-own = Це чужий контакт. Надішліть, будь ласка, свій або введіть номер.
edit-name = ✏️ Ім’я
edit-email = ✏️ Пошта
edit-phone = ✏️ Телефон
edit-address = ✏️ Адреса
edit-language = 🌍 Мова

## Orders

orders =
    { $count ->
        [1] <b>Ваше замовлення</b>
        [one] <b>У вас { $count } замовлення</b>
        [few] <b>У вас { $count } замовлення</b>
        [many] <b>У вас { $count } замовлень</b>
       *[other] <b>У вас { $count } замовлення</b>
    }
orders-none = Ви ще нічого не замовляли.
orders-row = { $number } · { $total } · { $status }
orders-older = Старіші ›
orders-newer = ‹ Новіші
orders-back = ‹ Усі замовлення
order = <b>Замовлення { $number }</b>
    { $date } · { $status }
order-repeat = 🔁 Замовити знову
order-unknown = Такого замовлення немає. Ось ваші.
repeated = Усе знову у вашому кошику.
repeated-partly = Усе, що є, — у вашому кошику. Решта закінчилася або більше не продається.
repeat-nothing = Зараз нічого з цього немає в наявності.
repeat-held = Усе, що з цього є, уже у вашому кошику.
status-new = нове
status-accepted = прийнято
status-shipped = у дорозі
status-delivered = доставлено
status-cancelled = скасовано
order-cancel = ✖️ Скасувати замовлення
order-cancel-sure = Скасувати замовлення <b>{ $number }</b>?
order-cancel-yes = ✖️ Так, скасувати
order-cancel-no = ‹ Ні, залишити
order-is-cancelled = Ваше замовлення скасовано.
order-too-late = Ми вже працюємо над цим замовленням, тож скасувати його тут не можна. Усе лишилося, як було.
order-accepted = ✅ Ми прийняли ваше замовлення <b>{ $number }</b>.
order-shipped = 🚚 Ваше замовлення <b>{ $number }</b> у дорозі.
order-delivered = 🎁 Ваше замовлення <b>{ $number }</b> доставлено. Дякуємо!
order-cancelled = ✖️ Перепрошуємо: ваше замовлення <b>{ $number }</b> скасовано.

## The owner's desk

owner-new-order = 🔔 Нове замовлення <b>{ $number }</b>
owner-order = 📦 Замовлення <b>{ $number }</b>
owner-forgotten = 🧽 Клієнт попросив, щоб його забули.
owner-forgotten-open = 🧽 Клієнт попросив, щоб його забули. Написати йому тут уже не можна; дані вище — для доставки, і вони зникнуть, коли замовлення доставлять або скасують.
owner-status = <b>{ $status }</b>
owner-moved = <b>{ $status }</b> · { $by }, { $at }
owner-by-customer = клієнт
owner-reason = Причина: { $reason }
desk-open = відкриті
desk-orders = <b>Замовлення: { $which }</b>
    Напишіть номер, ім’я або телефон, і я пошукаю.
desk-none = <b>Замовлення: { $which }</b>
    Таких немає. Напишіть номер, ім’я або телефон, і я пошукаю.
desk-found = <b>Замовлення за запитом «{ $words }»</b>
desk-found-none = За запитом «{ $words }» замовлень немає.
desk-own = 🙋 Мої власні замовлення
desk-sales = 📊 Продажі
desk-table-this = 📄 Замовлення місяця
desk-table-last = 📄 Минулого місяця
desk-table = Замовлення за { $month }: рядок на кожну позицію. Тут є особисті дані покупців — бережіть цей файл.
desk-table-coming = Файл з’явиться за мить.
desk-no-table = Зараз я не можу надіслати цей файл. Торкніться ще раз за хвилину, будь ласка. Понад 20 000 замовлень за місяць в один файл не вміщаються: той, хто стежить за сервером крамниці, запише їх командою «shopkeeper orders export».
desk-totals = <b>Продажі</b>
    Сьогодні: { $today }
    Цього місяця: { $month }
desk-takings =
    { $orders ->
        [0] замовлень немає
        [one] { $orders } замовлення, { $total }
        [few] { $orders } замовлення, { $total }
        [many] { $orders } замовлень, { $total }
       *[other] { $orders } замовлення, { $total }
    }
desk-best = <b>Найбільше купують цього місяця</b>
desk-best-line = { $title } × { $quantity }
desk-low = <b>Закінчується</b>
desk-low-line =
    { $left ->
        [0] { $title } – немає в наявності
        [one] { $title } – залишилася { $left } штука
        [few] { $title } – залишилося { $left } штуки
        [many] { $title } – залишилося { $left } штук
       *[other] { $title } – залишилося { $left } штуки
    }
desk-low-more =
    { $count ->
        [one] … і ще { $count } товар
        [few] … і ще { $count } товари
        [many] … і ще { $count } товарів
       *[other] … і ще { $count } товару
    }
desk-low-none = Жоден товар не закінчується.
desk-back = ‹ Замовлення
desk-accept = ✅ Прийняти
desk-ship = 🚚 Відправити
desk-deliver = 🎁 Доставлено
desk-cancel = ✖️ Скасувати
desk-accepted = Замовлення { $number } прийнято. Клієнт про це дізнається.
desk-shipped = Замовлення { $number } у дорозі. Клієнт про це дізнається.
desk-delivered = Замовлення { $number } доставлено. Клієнт про це дізнається.
desk-cancelled = Замовлення { $number } скасовано. Клієнт про це дізнається, а товари знову в наявності.
desk-accepted-forgotten = Замовлення { $number } прийнято.
desk-shipped-forgotten = Замовлення { $number } у дорозі.
desk-delivered-forgotten = Замовлення { $number } доставлено. Дані для доставки стерто.
desk-cancelled-forgotten = Замовлення { $number } скасовано. Товари знову в наявності, дані для доставки стерто.
desk-ask-reason-forgotten = Щоб скасувати замовлення <b>{ $number }</b>, натисніть «{ key-no-reason }»: клієнт попросив, щоб його забули, і причини ніхто не прочитає.
desk-not-now = Зараз так зробити не можна: статус замовлення { $number } — «{ $status }».
desk-unknown = Замовлення { $number } немає.
desk-ask-reason = Чому скасовано замовлення <b>{ $number }</b>? Клієнт прочитає те, що ви напишете.
desk-again-reason = Напишіть, будь ласка, причину текстом або натисніть «{ key-no-reason }».
desk-reason-too-long = Задовго: щонайбільше { $most } символів. Скоротіть, будь ласка.
owner-contact =
    Ім’я: { $name }
    Електронна пошта: { $email }
    Телефон: { $phone }
    Адреса: { $address }
owner-profile = 👤 <a href="tg://user?id={ $id }">Профіль у Telegram</a>
owner-contact-without-email =
    Ім’я: { $name }
    Телефон: { $phone }
    Адреса: { $address }

## Pause

pause-off = ▶️ Крамниця приймає замовлення.
pause-on = ⏸ Крамниця не приймає замовлень. Хто хоче замовити, читає:
pause-begin = ⏸ Призупинити крамницю
pause-change = ✏️ Змінити
pause-resume = ▶️ Знову приймати замовлення
pause-over = Крамниця знову приймає замовлення.
pause-begun = Готово. Дивитися товари можна й далі.
pause-ask-day = З якого дня ви знову прийматимете замовлення? Напишіть, наприклад, 24.12 або 24.12.2026.
pause-again-day = Потрібен день, наприклад 24.12 або 24.12.2026.
pause-day-past = Цей день не в майбутньому. З якого дня ви знову прийматимете замовлення?
pause-day-too-far = До цього дня більше року. Виберіть, будь ласка, ближчий.
pause-ask-reason = Замовлень не буде до <b>{ $date }</b>. Чому? Покупці прочитають те, що ви напишете.
pause-notice = ⏸ { $shop } знову прийматиме замовлення з <b>{ $date }</b>.
pause-no-orders =
    { $notice }

    Ваш кошик доти почекає.

## Profile

profile =
    <b>Ваш профіль</b>
    Ім’я: { $name }
    Електронна пошта: { $email }
    Телефон: { $phone }
    Адреса: { $address }
    Мова: { $language }
    Розсилки: { $mailings }
profile-nothing = —
profile-mailings = так
profile-no-mailings = ні
profile-ask-name = Як до вас звертатися?
profile-ask-email = Ваша електронна пошта?
profile-ask-phone = Ваш номер телефону?
profile-ask-address = Ваша адреса? Місто, вулиця, будинок, квартира.
profile-saved = Збережено.
profile-cleared = Видалено.
profile-languages = Якою мовою вам зручніше?
profile-language-set = Відтепер я розмовляю українською.
language = Українська

## News

news-item = <b>{ $headline }</b>
    { $body }

    <i>{ $date }</i>
news-none = Новин поки немає.

## Mailings

mailing-opt-out = 🔕 Без розсилок
mailing-opt-in = 🔔 Надсилати розсилки
mailings-on = Ви знову отримуватимете наші розсилки. Раді, що ви з нами!
mailings-off = Розсилок більше не буде. Захочете знову — кнопка є у вашому профілі.
mailing-ask = Що надіслати? Напишіть текст або надішліть зображення з підписом.
mailing-again = Я можу розіслати текст або одне зображення з підписом. Напишіть мені, будь ласка.
mailing-again-words = Напишіть, будь ласка, нові слова текстом.
mailing-too-long = Задовго: Telegram приймає тут щонайбільше { $most } символів. Скоротіть, будь ласка.
mailing-one-picture = У листі може бути одне зображення: я залишив перше.
mailing-preview = Ось як це прийде:
mailing-headed = <b>{ $headline }</b>
    { $body }
mailing-sure =
    { $count ->
        [0] Надсилати немає кому.
        [one] Це отримає { $count } покупець. Надсилати?
        [few] Це отримають { $count } покупці. Надсилати?
        [many] Це отримають { $count } покупців. Надсилати?
       *[other] Це отримають { $count } покупця. Надсилати?
    }
mailing-everybody = 👥 Усім
mailing-ordered = 🛍 Хто замовляв
mailing-speaks = { $language }
mailing-chosen = ✓ { $name }
mailing-send = 📣 Надіслати
mailing-drop = ✖️ Скасувати
mailing-dropped = Нічого не надіслано.
mailing-nobody = Надсилати немає кому.
mailing-begun-already = Це вже почалося.
mailing-begun =
    { $count ->
        [one] Уже в дорозі до { $count } покупця. Про перебіг пишу нижче.
        [few] Уже в дорозі до { $count } покупців. Про перебіг пишу нижче.
        [many] Уже в дорозі до { $count } покупців. Про перебіг пишу нижче.
       *[other] Уже в дорозі до { $count } покупця. Про перебіг пишу нижче.
    }
mailing-sending = 📣 Надсилаю: { $done } з { $all }
mailing-correcting = ✏️ Виправляю: { $done } з { $all }
mailing-recalling = 🧽 Забираю назад: { $done } з { $all }
mailing-paused = ⏸ Пауза: { $done } з { $all }
mailing-cancelled = ✖️ Скасовано: { $done } з { $all }
mailing-sent = 📣 Надіслано: { $sent } з { $all }
mailing-corrected = ✏️ Виправлено: { $count } з { $all }
mailing-recalled = 🧽 Забрано назад: { $count } з { $all }
mailing-pace = { $rate } за секунду, залишилося близько { $left } хв
mailing-waits = Telegram просить зачекати до { $until }
mailing-blocked =
    { $count ->
        [one] { $count } покупець заблокував бота
        [few] { $count } покупці заблокували бота
        [many] { $count } покупців заблокували бота
       *[other] { $count } покупця заблокували бота
    }
mailing-deactivated =
    { $count ->
        [one] { $count } покупця вже немає в Telegram
        [few] { $count } покупців уже немає в Telegram
        [many] { $count } покупців уже немає в Telegram
       *[other] { $count } покупця вже немає в Telegram
    }
mailing-not-found =
    { $count ->
        [one] { $count } покупець не має чату з ботом
        [few] { $count } покупці не мають чату з ботом
        [many] { $count } покупців не мають чату з ботом
       *[other] { $count } покупця не мають чату з ботом
    }
mailing-opted-out =
    { $count ->
        [one] { $count } покупець більше не хоче розсилок
        [few] { $count } покупці більше не хочуть розсилок
        [many] { $count } покупців більше не хочуть розсилок
       *[other] { $count } покупця більше не хочуть розсилок
    }
mailing-failed =
    { $count ->
        [one] { $count } раз Telegram відмовив з іншої причини
        [few] { $count } рази Telegram відмовив з іншої причини
        [many] { $count } разів Telegram відмовив з іншої причини
       *[other] { $count } раза Telegram відмовив з іншої причини
    }
mailing-missed =
    { $count ->
        [one] { $count } повідомлення змінити не вдалося: його немає або воно застаре
        [few] { $count } повідомлення змінити не вдалося: їх немає або вони застарі
        [many] { $count } повідомлень змінити не вдалося: їх немає або вони застарі
       *[other] { $count } повідомлення змінити не вдалося: їх немає або вони застарі
    }
mailing-repeated =
    { $count ->
        [one] { $count } покупець міг отримати двічі: мене зупинили посеред надсилання
        [few] { $count } покупці могли отримати двічі: мене зупинили посеред надсилання
        [many] { $count } покупців могли отримати двічі: мене зупинили посеред надсилання
       *[other] { $count } покупця могли отримати двічі: мене зупинили посеред надсилання
    }
mailing-pause = ⏸ Пауза
mailing-resume = ▶️ Далі
mailing-cancel = ✖️ Скасувати
mailing-correct = ✏️ Виправити
mailing-recall = 🧽 Забрати назад
mailing-pausing = Зупиняю
mailing-resuming = Продовжую
mailing-cancelling = Скасовую
mailing-not-now = Зараз із цією розсилкою так зробити не можна.
mailing-ask-words = Що має бути написано натомість? Нові слова замінять старі в усіх, хто отримав розсилку.
mailing-correction-begun = Виправляю.
mailing-recall-sure = Видалити її з усіх чатів, куди вона прийшла? Telegram дозволяє це протягом 48 годин.
mailing-recall-yes = 🧽 Так, забрати
mailing-recall-no = ‹ Ні, хай лишається
mailing-recall-begun = Забираю назад.

## Talking to a person

talk-ask =
    Що ви хочете нам сказати? Людина з <b>{ $shop }</b> прочитає це й відповість тут.
talk-ask-order =
    Що ви хочете нам сказати про замовлення <b>{ $number }</b>? Людина прочитає це й відповість тут.
talk-again = Я можу передати лише текст: напишіть, будь ласка, словами.
talk-too-long = Це задовго: щонайбільше { $most } символів. Надішліть, будь ласка, двома частинами.
talk-asked =
    Дякую, ваше повідомлення вже в дорозі. Щойно людина з <b>{ $shop }</b> відповість, відповідь з’явиться тут.
    Якщо хочете щось додати, просто пишіть далі; «{ key-done }» поверне вас до крамниці.
talk-more-asked = Це теж уже в дорозі.
talk-nothing-sent = Нічого не надіслано.
talk-from = 💬 <b>{ $name }</b> пише:
talk-from-about = 💬 <b>{ $name }</b> пише про замовлення <b>{ $number }</b>:
talk-quote = <blockquote>{ $text }</blockquote>
talk-somebody = клієнт
talk-key-answer = ↩️ Відповісти
talk-key-ask = 💬 Запитати про нього
talk-key-person = 💬 Запитати людину
talk-key-write = ✉️ Написати клієнтові
talk-answer = Що передати? Одержувач: <b>{ $name }</b>.
talk-answered = Повідомлення вже в дорозі до клієнта.
talk-answered-by = ↩️ <b>{ $name }</b>: { $text }
talk-nobody = Я вже не можу написати цьому клієнтові: він попросив його забути.
talk-shop = 💬 <b>{ $shop }</b> пише:
talk-shop-about = 💬 <b>{ $shop }</b> пише про ваше замовлення <b>{ $number }</b>:
talk-undelivered = ✖️ Ваше повідомлення не дійшло (<b>{ $name }</b>): можливо, клієнт заблокував мене. Ви писали:

## Privacy

privacy =
    <b>Що зберігає про вас { $shop }</b>
    • ваші id, ім’я та нікнейм у Telegram — щоб упізнати вас знову;
    • електронну пошту, телефон і адресу, якщо ви їх указали, — щоб доставляти замовлення;
    • ваш кошик, товари, на які ви чекаєте, те, на чому зупинилася наша розмова, і що ви шукали востаннє;
    • ваші замовлення;
    • що ви пишете людям із крамниці, і їхні відповіді;
    • якщо мені не вдалося вас прочитати чи вам відповісти — що саме це було, { $days ->
        [one] { $days } день
        [few] { $days } дні
        [many] { $days } днів
       *[other] { $days } дня
    }, щоб хтось міг розібратися;
    • які розсилки крамниці ви отримали{ $recipients ->
        [0] {""}
        [one] {" "}(пам’ятаю це { $recipients } день)
        [few] {" "}(пам’ятаю це { $recipients } дні)
        [many] {" "}(пам’ятаю це { $recipients } днів)
       *[other] {" "}(пам’ятаю це { $recipients } дня)
    }, щоб можна було виправити помилку в них.

    Більше ніхто цих даних не отримає. Ви можете взяти собі копію або попросити вас забути: тоді залишаться тільки номери, склад і суми ваших замовлень, бо цього вимагає закон, а із замовлення в дорозі — ще й те, що потрібно для доставки, доки його не доставлять або не скасують. Ще десь добу після вашого останнього повідомлення я пам’ятатиму ваш id у Telegram і те, на які повідомлення вже відповів, щоб не відповісти двічі.
privacy-inactive = Якщо від вас не буде звісток { $days ->
    [one] { $days } день
    [few] { $days } дні
    [many] { $days } днів
   *[other] { $days } дня
}, я сам про вас забуду, хіба що ваше замовлення ще в дорозі.
privacy-team = Ви тут працюєте. Доки це так, для цього зберігається ваш ідентифікатор у Telegram. Журнал крамниці розповідає під вашим ім’ям, що ви в ній робили; він лишається, навіть якщо ви попросите про вас забути.
privacy-send = 📄 Надіслати мої дані
privacy-forget = 🧽 Забути мене
privacy-file = Це те, що я зберігаю про вас, крім того, які розсилки ви отримали: про це запитайте людей із крамниці, /ask
privacy-sure = Забути ваш профіль, кошик і нашу розмову? Повернути їх не зможе ніхто.
privacy-sure-orders = { $count ->
    [one] Замовлення { $numbers } ще не доставлено: ім’я, телефон і адреса з нього лишаться в крамниці, доки його не доставлять або не скасують.
    [few] Замовлення { $numbers } ще не доставлено: імена, телефони й адреси з них лишаться в крамниці, доки їх не доставлять або не скасують.
    [many] Замовлення { $numbers } ще не доставлено: імена, телефони й адреси з них лишаться в крамниці, доки їх не доставлять або не скасують.
   *[other] Замовлення { $numbers } ще не доставлено: імена, телефони й адреси з них лишаться в крамниці, доки їх не доставлять або не скасують.
} Писати вам про це я вже не зможу, тож крамниця зателефонує. Що більше не потрібне, спершу скасуйте: /orders, або напишіть людині: /ask
privacy-sure-yes = 🧽 Так, забути мене
privacy-sure-no = ‹ Ні, дружимо далі
privacy-forgotten = Готово, ми вас забули. Якщо захочете повернутися, надішліть /start.

## Товари, для власників

goods-find = Який товар змінимо? Напишіть його назву або частину.
goods-find-or-unsold =
    Який товар змінимо? Напишіть його назву або частину.

    Ці зараз не можна купити:
goods-found = За «{ $words }» є:
goods-nothing = За «{ $words }» я нічого не знайшов. Спробуйте інше слово або частину назви.
goods-row = { $title } · { $price }
goods-row-hidden = 🙈 { $title }
goods-row-sold-out = 🚫 { $title }
goods-product =
    <b>{ $title }</b>
    { $price }
    Залишок: { $stock }
    { $hidden }
goods-stock-unlimited = скільки завгодно
goods-stock-count = { $left }
goods-is-hidden = 🙈 Покупці його не бачать.
goods-is-shown = 👁 Покупці його бачать.
goods-key-edit = ✏️ Змінити
goods-key-price = 💰 Ціна
goods-key-discount = 🔥 Знижка
goods-key-stock = 📦 Залишок
goods-key-hide = 🙈 Сховати
goods-key-show = 👁 Показати
goods-key-another = ‹ Інший товар
goods-ask-price = { $title } коштує { $price } без знижки. Скільки має коштувати?
goods-ask-first-discount = { $title } зараз без знижки. Скільки відсотків вона має становити, від 0 до 100?
goods-ask-discount = { $title } має знижку { $percent } %. Якою вона має бути, від 0 до 100?
goods-ask-stock = { $title }, залишок: { $stock }. Скільки є зараз?
goods-again-price = Потрібна сума, наприклад 420 або 420,50.
goods-again-discount = Потрібне число від 0 до 100; 0 скасовує знижку.
goods-again-stock = Потрібне ціле число, наприклад 40, або «{ key-unlimited }».
goods-costs = { $title } тепер коштує { $price }.
goods-stocked = { $title }, залишок тепер: { $stock }
goods-hidden = Покупці більше не бачать { $title }.
goods-shown = Тепер покупці бачать { $title }.
goods-key-picture = 🖼 Фото
goods-key-description = 📝 Опис
goods-key-new = ➕ Новий товар
goods-no-picture = 🖼 Фото ще немає.
goods-no-description = 📝 Опису ще немає.
goods-ask-description = Що покупцям прочитати про { $title }? Пишіть стількома рядками, скільки потрібно.
goods-ask-another-description =
    Що покупцям прочитати про { $title }? Напишіть усе наново. Зараз там:

    { $description }
goods-again-description = Потрібні слова, щонайбільше { $most } символів.
goods-described = { $title }: опис оновлено.
goods-undescribed = { $title }: опису більше немає.
goods-translated = { $title } має опис кількома мовами, а я можу записати лише одну. Змініть його там, де зберігаються переклади.
goods-ask-picture = Надішліть, будь ласка, фото для { $title }: саме як фото, не як файл.
goods-ask-another-picture = Це фото для { $title }. Надішліть, будь ласка, інше: саме як фото, не як файл.
goods-again-picture = Потрібне фото: торкніться 📎 і виберіть його, будь ласка.
goods-one-picture = У товару одне фото. Щоб його змінити, торкніться «{ goods-key-picture }» і надішліть нове.
goods-pictured = { $title }: фото оновлено.
goods-unpictured = { $title }: фото більше немає.
goods-ask-category = Новий товар! На якій полиці він стоятиме? Торкніться її або напишіть назву.
goods-ask-category-of-many = Новий товар! На якій із полиць ({ $all }) він стоятиме? Торкніться її або напишіть назву чи її частину.
goods-several-categories = Для «{ $words }» я знаю кілька полиць. Яка з них?
goods-again-category = Такої полиці я не знаю. Торкніться однієї з них або напишіть назву чи її частину.
goods-no-category = Для товарів ще немає полиці. Спершу додайте категорію: через API або теку крамниці.
goods-category-gone = Цієї полиці тим часом не стало.
goods-ask-title = { $category }. Як називається новий товар?
goods-ask-title-nowhere = Як називається новий товар?
goods-again-title = Потрібна назва, щонайбільше 200 символів.
goods-ask-first-price = { $title }. Скільки це коштує?
goods-added = { $title } уже тут, за { $price }. Покупці побачать товар, щойно ви торкнетеся «{ goods-key-show }».
goods-not-added = Товар не додано.

## Нагадування

reminder-cart =
    🛒 У вашому кошику досі { $products ->
        [one] чекає { $products } товар
        [few] чекають { $products } товари
        [many] чекають { $products } товарів
       *[other] чекають { $products } товару
    }: разом { $total }. Продовжимо?
reminder-cart-open = 🛒 До кошика
reminder-order = 📝 Ви майже оформили замовлення на { $total }. Ваші відповіді збережено: продовжимо?
reminder-order-open = ▶️ Продовжити оформлення

## Команда, для власників

team-head = <b>Люди { $shop }</b>
team-owners = Власники, яким можна все:
team-managers = Менеджери, які дбають про замовлення, повідомлення й товари:
team-line = • { $name }
team-line-fixed = • { $name } (за налаштуваннями)
team-line-you = • { $name } (ви)
team-row = { $name } · { $role }
team-invitations = { $count ->
        [one] { $count } запрошення чекає на відповідь.
        [few] { $count } запрошення чекають на відповідь.
        [many] { $count } запрошень чекають на відповідь.
       *[other] { $count } запрошення чекають на відповідь.
    }
team-invite-manager = ➕ Менеджер
team-invite-owner = ➕ Власник
team-withdraw = ✖️ Відкликати запрошення
team-withdrawn = Відкликано: посилання більше не діють.
team-forward = Перешліть наступне повідомлення тому, кого запрошуєте:
team-invitation-manager =
    Вас запрошують дбати про <b>{ $shop }</b> як менеджера: про замовлення, повідомлення й товари. Щоб погодитися, відкрийте посилання:

    { $link }

    Воно діє один раз, до { $until }.
team-invitation-owner =
    Вас запрошують стати власником <b>{ $shop }</b>. Щоб погодитися, відкрийте посилання:

    { $link }

    Воно діє один раз, до { $until }.
team-news-manager = 👋 Запрошення прийнято: тепер я працюю тут менеджером.
team-news-owner = 👋 Запрошення прийнято: тепер я один із власників.
team-member = <b>{ $name }</b> — { $role }.
team-member-gone = Тут ця людина вже не працює.
team-make-owner = ⬆️ Зробити власником
team-make-manager = ⬇️ Зробити менеджером
team-dismiss = ✖️ Вилучити з команди
team-back = ‹ Команда
team-appointed = { $name } тепер { $role }.
team-dismissed = { $name } тут більше не працює.
team-already = Ви вже працюєте тут, і вам можна все, що дає це запрошення. Воно досі діє: перешліть його тому, для кого воно.
team-invitation-over = Це запрошення вже прийнято, відкликано або воно застаріле. Попросіть, будь ласка, нове.
team-joined-manager =
    Вітаємо! Тепер ви менеджер <b>{ $shop }</b>.

    Нові замовлення й запитання покупців відтепер приходять вам сюди, з кнопками для наступних кроків. «{ key-orders }» показує всі замовлення, /product змінює товари й додає нові, а решта — у /help.
team-joined-owner =
    Вітаємо! Тепер ви власник <b>{ $shop }</b>.

    Нові замовлення й запитання покупців відтепер приходять вам сюди, з кнопками для наступних кроків. Що ще ви можете — у /help.
team-no-more = Ваша роль тут змінилася, і це до неї більше не належить. Усе інше — в меню внизу.
role-owner = власник
role-manager = менеджер

## Журнал дій, для власників

audit-open = 📋 Хто що робив
audit-head = <b>Хто що робив останнім часом</b>
audit-none = Ніхто ще нічого не змінював.
audit-line = { $at } · { $by }: { $what }
audit-order-accepted = замовлення { $order } прийнято
audit-order-shipped = замовлення { $order } відправлено
audit-order-delivered = замовлення { $order } доставлено
audit-order-cancelled = замовлення { $order } скасовано
audit-price = { $product }: ціна { $price }
audit-discount = { $product }: знижка { $percent }
audit-stock = { $product }: на складі { $stock }
audit-description = { $product }: новий опис
audit-picture = { $product }: інше фото
audit-no-picture = { $product }: фото прибрано
audit-added = { $product }: додано
audit-hidden = { $product }: приховано
audit-shown = { $product }: видно покупцям
audit-paused = без замовлень до { $date }
audit-resumed = замовлення знову приймаються
audit-mailing-started = розсилку надіслано
audit-mailing-paused = розсилку призупинено
audit-mailing-resumed = розсилку продовжено
audit-mailing-cancelled = розсилку зупинено
audit-mailing-corrected = розсилку виправлено
audit-mailing-recalled = розсилку забрано назад
audit-invited = створено запрошення: { $role }
audit-withdrawn = запрошення відкликано
audit-joined = тепер у команді: { $role }
audit-appointed = { $name } тепер { $role }
audit-dismissed = { $name } вилучено з команди

## Commands, as Telegram's menu shows them

command-start = Повернутися на початок
command-catalogue = Роздивитися полиці
command-sale = Усе зі знижкою
command-search = Знайти щось у крамниці
command-cart = Ваш кошик
command-news = Останні новини
command-orders = Ваші замовлення
command-profile = Ваше ім’я, контакти й мова
command-ask = Написати людині з крамниці
command-help = Що тут можна зробити
command-cancel = Не відповідати на запитання
command-privacy = Що про вас зберігається
command-mail = Написати всім покупцям
command-product = Змінити чи додати товари
command-pause = Не приймати замовлень якийсь час
command-team = Хто працює в крамниці

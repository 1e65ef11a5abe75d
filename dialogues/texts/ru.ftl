### Every sentence a customer reads. Names of sentences stay when words change.
### Telegram's HTML may stand here; what fills a place is escaped on its way in.

## The keyboard in place of the letters

key-catalogue = 🗂 Каталог
key-sale = 🔥 Скидки
key-cart = 🛒 Корзина
key-news = 📰 Новости
key-orders = 📦 Заказы
key-profile = 👤 Профиль
key-share-phone = 📱 Отправить мой номер
key-back = ‹ Назад
key-cancel = ✖️ Отменить
key-clear = 🗑 Удалить
key-done = ✔️ Готово
key-no-reason = Без причины
key-unlimited = ♾ Не кончается

## Menu

welcome =
    Добро пожаловать в магазин <b>{ $shop }</b>, { $name }!

    Загляните в каталог, добавьте в корзину то, что придётся по душе, и оформите заказ прямо здесь. Кнопки внизу всегда под рукой.
welcome-back =
    Рады снова видеть вас в магазине <b>{ $shop }</b>, { $name }!
    Что выберете сегодня?
dear-guest = дорогой гость
menu = Что желаете?
menu-here = Меню магазина <b>{ $shop }</b> — внизу, всегда под рукой.
to-menu = ‹ Меню
help =
    <b>Что здесь можно сделать</b>
    /catalogue – осмотреть полки
    /sale – всё со скидкой
    /search – или просто напишите, что ищете
    /cart – что вы выбрали и как это заказать
    /orders – что вы заказывали
    /news – последние новости
    /ask – написать сотруднику магазина
    /profile – ваше имя, контакты и язык
    /privacy – что хранит о вас { $shop }
    /cancel – отменить текущий вопрос
    /start – вернуться в начало

    Старая кнопка — не беда: нажмите и увидите.
help-owners = <b>Для владельцев</b>
    /mail – написать всем покупателям сразу
    /product – добавить товары, изменить цену, скидку, остаток, фото или описание, скрыть и показать
    /pause – не принимать заказы какое-то время
    /team – кто работает в магазине и кто что делал
    «{ key-orders }» показывает вам заказы всех клиентов: по статусу, номеру, имени или телефону.
    Под уведомлением о заказе есть кнопка для каждого следующего шага и кнопка, чтобы написать клиенту.
    Вопросы клиентов приходят вам сообщениями с кнопкой для ответа.
help-managers = <b>Для менеджеров</b>
    /product – добавить товары, изменить цену, скидку, остаток, фото или описание, скрыть и показать
    «{ key-orders }» показывает вам заказы всех клиентов: по статусу, номеру, имени или телефону.
    Под уведомлением о заказе есть кнопка для каждого следующего шага и кнопка, чтобы написать клиенту.
    Вопросы клиентов приходят вам сообщениями с кнопкой для ответа.
unknown-command = Я не знаю команды /{ $name }. Те, что знаю, — в /help.
nothing-asked = Сейчас я не жду ответа: всё осталось как было.
nothing-changed = Ничего не изменилось.
lost-thread = Прошу прощения: после обновления потерялась нить нашего разговора. Ваши корзина и профиль на месте.
failed = Простите: что-то пошло не так с моей стороны, и сделать это не удалось. Ваша корзина, профиль и заказы остались, как были; попробуйте, пожалуйста, ещё раз.
too-fast = Это было слишком много сразу, поэтому последнее я пропускаю. Подождите, пожалуйста, десять секунд и продолжайте; больше ничего не изменилось.
out-of-date = Эта кнопка была со старого экрана. Вот актуальный.
out-of-date-below = Эта кнопка была со старого экрана. Актуальный — ниже.
back = ‹ Назад
back-to = ‹ { $title }

## Small talk

chatted = Я всего лишь магазин, и ответа на «{ $said }» у меня нет. Кнопки внизу приведут вас куда угодно, а /ask — к сотруднику.
greeted = Здравствуйте! Просто напишите, что ищете, или воспользуйтесь кнопками внизу.
thanked = Всегда пожалуйста!
sent-sticker = Какая прелесть! Правда, я понимаю только слова и кнопки.
sent-voice = Слушать голосовые сообщения я пока не умею. Воспользуйтесь кнопками или напишите мне.
sent-picture = Рассматривать изображения я пока не умею. Воспользуйтесь кнопками или напишите мне.
sent-other = Не знаю, что с этим делать. Воспользуйтесь кнопками или напишите мне.
shared-contact-unasked = Спасибо, но сейчас контакт мне не нужен, и я его не сохранил. Свой номер можно указать в разделе «👤 Профиль».
edited-message = Это сообщение уже прочитано. Чтобы изменить ответ, отправьте его ещё раз.
group-declined = Я обслуживаю каждого отдельно. Напишите мне, пожалуйста, в личный чат.

## Search
# Lists of words, with commas between them; of all languages, each is understood in every language.

words-of-greeting = привет, здравствуйте, здравствуй, добрый день, доброго дня, доброе утро, добрый вечер, приветствую
words-of-thanks = спасибо, благодарю, большое спасибо, спс
words-of-orders = мой заказ, мои заказы, моего заказа, моим заказом, статус заказа, где заказ, моя посылка, мою посылку
words-of-person = оператор, оператора, оператором, человек, человека, человеком, поддержка, поддержку, поддержкой, менеджер, менеджера, менеджером, консультант, консультанта, консультантом, перезвоните, позвоните
words-not-searched = и, или, а, но, в, во, с, со, из, на, к, от, до, для, без, по, о, об, про, за, под, это, этот, эта, эти, тот, та, то, те, тут, там, здесь, я, мне, меня, мы, нам, нас, вы, вам, вас, ваш, ваши, мой, моя, он, она, оно, они, есть, был, была, было, быть, имеете, можно, могу, можете, хочу, хотим, хотел, хотела, надо, нужно, нужен, нужна, нужны, ищу, найти, найди, найдите, покажите, покажи, показать, дайте, дай, купить, куплю, заказать, приобрести, пожалуйста, какой, какая, какое, какие, какой-нибудь, что-нибудь, что, как, сколько, стоит, стоят, цена, цены, где, когда, кто, почему, не, нет, да, ли, же, бы, очень, еще, ещё, уже, только, все, всё, привет, спасибо, если, чтобы, подскажите, скажите, интересует, у, продаете, продаёте, будет
search-how = Напишите, что ищете: название товара, вид, страну. Номер заказа откроет его.
search-found = Вот что я нахожу по словам «{ $words }»:
search-many =
    { $count ->
        [one] { $count } товар подходит к «{ $words }». Эти { $shown } — лучше всего; ещё одно слово сократит список.
        [few] { $count } товара подходят к «{ $words }». Эти { $shown } — лучше всего; ещё одно слово сократит список.
       *[many] { $count } товаров подходят к «{ $words }». Эти { $shown } — лучше всего; ещё одно слово сократит список.
    }
search-meant = По словам «{ $words }» ничего нет. Может быть, вы имели в виду «{ $meant }»?
search-nothing = По словам «{ $words }» ничего нет. Попробуйте другое слово.
search-gone = Того, что было по словам «{ $words }», уже нет.
search-back = ‹ Последний поиск
search-category = { $title } ›
search-product = { $title } · { $price }
search-product-sold-out = { $title } · { $price } · нет

## Catalogue

catalogue = <b>Каталог</b>
    На какую полку заглянем?
catalogue-empty = Сегодня полки пусты. Загляните, пожалуйста, завтра.
category-gone = Этой полки уже нет. Вот что есть сейчас.
category-loose =
    { $count ->
        [one] Здесь { $count } товар
        [few] Здесь { $count } товара
        [many] Здесь { $count } товаров
       *[other] Здесь { $count } товара
    }
shelves-before = ‹ Предыдущие полки
shelves-behind = Ещё полки ›
path = <b>{ $here }</b>
path-below = { $above } › <b>{ $here }</b>
sale = 🔥 <b>Скидки</b>
list-empty = Сейчас здесь ничего нет.
list-complete = Это всё.
list-more =
    { $count ->
        [one] Вас ждёт ещё { $count } товар.
        [few] Вас ждут ещё { $count } товара.
        [many] Вас ждут ещё { $count } товаров.
       *[other] Вас ждёт ещё { $count } товара.
    }
list-sent = Они уже показаны ниже.
show-more = Показать ещё · { $count }
to-catalogue = 🗂 В каталог

## Product

product-open = Посмотреть
product-row = <b>{ $title }</b> — { $price }
product-row-sold-out = <b>{ $title }</b> — { $price } · нет в наличии
product-title = <b>{ $title }</b>
product-characteristic = { $name }: { $value }
product-full = <b>{ $title }</b>

    { $description }
product-read-more = 📖 Подробнее
product-add = Добавить в корзину
product-added =
    { $quantity ->
        [1] { $title } — в корзине
       *[other] { $title } × { $quantity } — в корзине
    }
product-in-cart-already = Товар уже в корзине. Чтобы добавить ещё, измените количество.
product-at-least-one = Меньше одной штуки нельзя.
product-count =
    { $count ->
        [one] { $count } штука. Изменить количество можно кнопками ➖ и ➕.
        [few] { $count } штуки. Изменить количество можно кнопками ➖ и ➕.
        [many] { $count } штук. Изменить количество можно кнопками ➖ и ➕.
       *[other] { $count } штуки. Изменить количество можно кнопками ➖ и ➕.
    }
product-dearer = Цена только что изменилась: { $before } → { $now } за штуку. Нажмите ещё раз, чтобы положить в корзину.
product-gone = Этот товар больше не продаётся.
back-in-stock-tell = 🔔 Сообщить, когда появится
back-in-stock-stop = 🔕 Не сообщать
back-in-stock-told = Напишу вам, как только { $title } снова появится.
back-in-stock-not-told = Хорошо, о { $title } писать не буду.
back-in-stock-already = Хорошая новость: { $title } уже снова есть.
back-in-stock-most = Вы уже ждёте много товаров. Сначала нажмите «{ back-in-stock-stop }» на одном из них.
back-in-stock = 🔔 <b>{ $title }</b> — снова в наличии
product-only-left-with-cart =
    { $left ->
        [one] Осталась только { $left } штука, а в вашей корзине уже { $held }.
        [few] Осталось только { $left } штуки, а в вашей корзине уже { $held }.
        [many] Осталось только { $left } штук, а в вашей корзине уже { $held }.
       *[other] Осталось только { $left } штуки, а в вашей корзине уже { $held }.
    }
price = { $now }
price-discounted = <s>{ $before }</s> <b>{ $now }</b> −{ $percent } %
in-stock = Есть в наличии
few-left =
    { $left ->
        [1] Последняя штука
        [one] Осталась только { $left } штука
        [few] Осталось только { $left } штуки
        [many] Осталось только { $left } штук
       *[other] Осталось только { $left } штуки
    }
sold-out = Нет в наличии
sold-out-alert = { $title }: товар закончился.
only-left =
    { $left ->
        [one] { $title }: осталась только { $left } штука.
        [few] { $title }: осталось только { $left } штуки.
        [many] { $title }: осталось только { $left } штук.
       *[other] { $title }: осталось только { $left } штуки.
    }
most-per-order =
    { $most ->
        [one] В одном заказе может быть не больше { $most } штуки одного товара.
        [few] В одном заказе может быть не больше { $most } штук одного товара.
        [many] В одном заказе может быть не больше { $most } штук одного товара.
       *[other] В одном заказе может быть не больше { $most } штуки одного товара.
    }
fewer = ➖
more = ➕
count = { $count }
to-cart = 🛒 Корзина · { $total }

## Cart

cart = <b>Ваша корзина</b>
cart-none = Ваша корзина пуста. Нам есть чем её наполнить.
line = { $title } × { $quantity } — { $sum }
total = <b>Итого { $total }</b>
total-changes = <b>Итого { $before } → { $now }</b>
cart-line-key = { $title } × { $quantity }
cart-take-out = ✖️
cart-taken-out = { $title }: убрано из корзины
cart-full =
    { $most ->
        [one] В корзину помещается { $most } товар. Сначала, пожалуйста, закажите то, что уже выбрали.
        [few] В корзину помещается { $most } разных товара. Сначала, пожалуйста, закажите то, что уже выбрали.
        [many] В корзину помещается { $most } разных товаров. Сначала, пожалуйста, закажите то, что уже выбрали.
       *[other] В корзину помещается { $most } разного товара. Сначала, пожалуйста, закажите то, что уже выбрали.
    }
cart-order = ✅ Оформить заказ
cart-empty = 🗑 Очистить корзину
cart-empty-sure =
    { $count ->
        [1] Убрать из корзины единственный товар?
        [one] Убрать из корзины { $count } товар?
        [few] Убрать из корзины все { $count } товара?
        [many] Убрать из корзины все { $count } товаров?
       *[other] Убрать из корзины { $count } товара?
    }
cart-empty-yes = 🗑 Да, очистить
cart-empty-no = ‹ Нет, оставить
cart-emptied = Теперь ваша корзина пуста
cart-accept = 👍 Хорошо, обновить
cart-accepted = Корзина обновлена
cart-please-accept =
    С тех пор как вы выбрали товары, кое-что изменилось. Взгляните, пожалуйста, прежде чем заказывать.
changed-dearer = ⚠️ <i>теперь дороже: { $before } → { $now } за штуку</i>
changed-discount-ended = ⚠️ <i>скидка закончилась: { $before } → { $now } за штуку</i>
changed-cheaper = 🎉 <i>теперь дешевле: { $before } → { $now } за штуку</i>
changed-short =
    { $left ->
        [one] ⚠️ <i>осталась только { $left } штука</i>
        [few] ⚠️ <i>осталось только { $left } штуки</i>
        [many] ⚠️ <i>осталось только { $left } штук</i>
       *[other] ⚠️ <i>осталось только { $left } штуки</i>
    }
changed-sold-out = ⚠️ <i>за это время закончилось</i>
changed-gone = ⚠️ <i>больше не продаётся</i>

## Checkout

checkout-summary = <b>Ваш заказ</b>
checkout-ask-email =
    { $count ->
        [1] Один вопрос
       *[other] Вопрос { $number } из { $count }
    }: на какую электронную почту можно написать вам о заказе?
checkout-ask-phone =
    { $count ->
        [1] Один вопрос
       *[other] Вопрос { $number } из { $count }
    }: по какому номеру курьер может вам позвонить?
checkout-ask-address =
    { $count ->
        [1] Один вопрос
       *[other] Вопрос { $number } из { $count }
    }: куда доставить? Город, улица, дом, квартира.
checkout-corrected = Исправляю. Посмотрите, пожалуйста, ещё раз:
checkout-thanks = Спасибо, это всё, что нужно.
checkout-review = <b>Проверьте, пожалуйста, заказ</b>
checkout-confirm = ✅ Подтвердить
checkout-give-up = ✖️ Отменить
checkout-cancelled = Ничего не заказано. В корзине всё как было.
checkout-parked = Всё, что вы указали, сохранено. Чтобы продолжить с того же места, нажмите «Оформить заказ» в корзине.
checkout-changed = За это время кое-что изменилось. Взгляните, пожалуйста, на свою корзину.
placed =
    Заказ <b>{ $number }</b> оформлен. Спасибо!
    Перед доставкой мы вам позвоним.
placed-already = Этот заказ уже оформлен: он в разделе «{ key-orders }».
placed-open = 📦 Открыть заказ
refused-email = «{ $said }» не похоже на электронную почту. Нужен адрес вроде anna@example.com. Попробуйте, пожалуйста, ещё раз.
phone-example = +380 67 111 22 33
refused-phone = «{ $said }» не похоже на номер телефона. Нужен номер вроде { $example }. Попробуйте, пожалуйста, ещё раз.
refused-address = Это не похоже на адрес. Город, улица, дом; от 8 до 300 символов. Попробуйте, пожалуйста, ещё раз.
refused-name = В имени должно быть от 1 до 64 символов, среди них — буквы или цифры. Попробуйте, пожалуйста, ещё раз.
again-name = Напишите, пожалуйста, своё имя текстом.
again-email = Напишите, пожалуйста, свою электронную почту текстом.
again-phone = Отправьте, пожалуйста, свой номер кнопкой внизу или введите его.
again-address = Напишите, пожалуйста, свой адрес текстом.
contact-not-own = Это чужой контакт. Отправьте, пожалуйста, свой или введите номер.
edit-name = ✏️ Имя
edit-email = ✏️ Почта
edit-phone = ✏️ Телефон
edit-address = ✏️ Адрес
edit-language = 🌍 Язык

## Orders

orders =
    { $count ->
        [1] <b>Ваш заказ</b>
        [one] <b>У вас { $count } заказ</b>
        [few] <b>У вас { $count } заказа</b>
        [many] <b>У вас { $count } заказов</b>
       *[other] <b>У вас { $count } заказа</b>
    }
orders-none = Вы ещё ничего не заказывали.
orders-row = { $number } · { $total } · { $status }
orders-older = Более ранние ›
orders-newer = ‹ Более новые
orders-back = ‹ Все заказы
order = <b>Заказ { $number }</b>
    { $date } · { $status }
order-repeat = 🔁 Заказать снова
order-unknown = Такого заказа нет. Вот ваши.
repeated = Всё снова в вашей корзине.
repeated-partly = Всё, что есть, — в вашей корзине. Остальное закончилось или больше не продаётся.
repeat-nothing = Сейчас ничего из этого нет в наличии.
repeat-held = Всё, что из этого есть, уже в вашей корзине.
status-new = новый
status-accepted = принят
status-shipped = в пути
status-delivered = доставлен
status-cancelled = отменён
order-cancel = ✖️ Отменить заказ
order-cancel-sure = Отменить заказ <b>{ $number }</b>?
order-cancel-yes = ✖️ Да, отменить
order-cancel-no = ‹ Нет, оставить
order-is-cancelled = Ваш заказ отменён.
order-too-late = Мы уже работаем над этим заказом, поэтому отменить его здесь нельзя. Всё осталось как было.
order-accepted = ✅ Мы приняли ваш заказ <b>{ $number }</b>.
order-shipped = 🚚 Ваш заказ <b>{ $number }</b> в пути.
order-delivered = 🎁 Ваш заказ <b>{ $number }</b> доставлен. Спасибо!
order-cancelled = ✖️ Просим прощения: ваш заказ <b>{ $number }</b> отменён.

## The owner's desk

owner-new-order = 🔔 Новый заказ <b>{ $number }</b>
owner-order = 📦 Заказ <b>{ $number }</b>
owner-forgotten = 🧽 Клиент попросил, чтобы его забыли.
owner-forgotten-open = 🧽 Клиент попросил, чтобы его забыли. Написать ему здесь уже нельзя; данные выше — для доставки, они исчезнут, когда заказ доставят или отменят.
owner-status = <b>{ $status }</b>
owner-moved = <b>{ $status }</b> · { $by }, { $at }
owner-by-customer = клиент
owner-reason = Причина: { $reason }
desk-open = открытые
desk-orders = <b>Заказы: { $which }</b>
    Напишите номер, имя или телефон, и я поищу.
desk-none = <b>Заказы: { $which }</b>
    Таких нет. Напишите номер, имя или телефон, и я поищу.
desk-found = <b>Заказы по запросу «{ $words }»</b>
desk-found-none = По запросу «{ $words }» заказов нет.
desk-own = 🙋 Мои собственные заказы
desk-sales = 📊 Продажи
desk-table-this = 📄 Заказы месяца
desk-table-last = 📄 Прошлого месяца
desk-table = Заказы за { $month }: строка на каждую позицию. Здесь есть личные данные покупателей — берегите этот файл.
desk-table-coming = Файл появится через мгновение.
desk-no-table = Сейчас я не могу отправить этот файл. Нажмите ещё раз через минуту, пожалуйста. Больше 20 000 заказов за месяц в один файл не помещаются: тот, кто следит за сервером магазина, запишет их командой «shopkeeper orders export».
desk-totals = <b>Продажи</b>
    Сегодня: { $today }
    В этом месяце: { $month }
desk-takings =
    { $orders ->
        [0] заказов нет
        [one] { $orders } заказ, { $total }
        [few] { $orders } заказа, { $total }
        [many] { $orders } заказов, { $total }
       *[other] { $orders } заказа, { $total }
    }
desk-best = <b>Чаще всего покупают в этом месяце</b>
desk-best-line = { $title } × { $quantity }
desk-low = <b>Заканчивается</b>
desk-low-line =
    { $left ->
        [0] { $title } – нет в наличии
        [one] { $title } – осталась { $left } штука
        [few] { $title } – осталось { $left } штуки
        [many] { $title } – осталось { $left } штук
       *[other] { $title } – осталось { $left } штуки
    }
desk-low-more =
    { $count ->
        [one] … и ещё { $count } товар
        [few] … и ещё { $count } товара
        [many] … и ещё { $count } товаров
       *[other] … и ещё { $count } товара
    }
desk-low-none = Ни один товар не заканчивается.
desk-back = ‹ Заказы
desk-accept = ✅ Принять
desk-ship = 🚚 Отправить
desk-deliver = 🎁 Доставлен
desk-cancel = ✖️ Отменить
desk-accepted = Заказ { $number } принят. Клиент об этом узнает.
desk-shipped = Заказ { $number } в пути. Клиент об этом узнает.
desk-delivered = Заказ { $number } доставлен. Клиент об этом узнает.
desk-cancelled = Заказ { $number } отменён. Клиент об этом узнает, а товары снова в наличии.
desk-accepted-forgotten = Заказ { $number } принят.
desk-shipped-forgotten = Заказ { $number } в пути.
desk-delivered-forgotten = Заказ { $number } доставлен. Данные для доставки стёрты.
desk-cancelled-forgotten = Заказ { $number } отменён. Товары снова в наличии, данные для доставки стёрты.
desk-ask-reason-forgotten = Чтобы отменить заказ <b>{ $number }</b>, нажмите «{ key-no-reason }»: клиент попросил, чтобы его забыли, и причину никто не прочитает.
desk-not-now = Сейчас так сделать нельзя: статус заказа { $number } — «{ $status }».
desk-unknown = Заказа { $number } нет.
desk-ask-reason = Почему отменён заказ <b>{ $number }</b>? Клиент прочитает то, что вы напишете.
desk-again-reason = Напишите, пожалуйста, причину текстом или нажмите «{ key-no-reason }».
desk-reason-too-long = Слишком длинно: не больше { $most } символов. Сократите, пожалуйста.
owner-contact =
    Имя: { $name }
    Электронная почта: { $email }
    Телефон: { $phone }
    Адрес: { $address }
owner-profile = 👤 <a href="tg://user?id={ $id }">Профиль в Telegram</a>
owner-contact-without-email =
    Имя: { $name }
    Телефон: { $phone }
    Адрес: { $address }

## Pause

pause-off = ▶️ Магазин принимает заказы.
pause-on = ⏸ Магазин не принимает заказы. Кто хочет заказать, читает:
pause-begin = ⏸ Приостановить магазин
pause-change = ✏️ Изменить
pause-resume = ▶️ Снова принимать заказы
pause-over = Магазин снова принимает заказы.
pause-begun = Готово. Смотреть товары можно по-прежнему.
pause-ask-day = С какого дня вы снова принимаете заказы? Напишите, например, 24.12 или 24.12.2026.
pause-again-day = Нужен день, например 24.12 или 24.12.2026.
pause-day-past = Этот день не в будущем. С какого дня вы снова принимаете заказы?
pause-day-too-far = До этого дня больше года. Выберите, пожалуйста, день поближе.
pause-ask-reason = Заказов не будет до <b>{ $date }</b>. Почему? Покупатели прочитают то, что вы напишете.
pause-notice = ⏸ { $shop } снова принимает заказы с <b>{ $date }</b>.
pause-no-orders =
    { $notice }

    Ваша корзина до тех пор подождёт.

## Profile

profile =
    <b>Ваш профиль</b>
    Имя: { $name }
    Электронная почта: { $email }
    Телефон: { $phone }
    Адрес: { $address }
    Язык: { $language }
    Рассылки: { $mailings }
profile-nothing = —
profile-mailings = да
profile-no-mailings = нет
profile-ask-name = Как к вам обращаться?
profile-ask-email = Ваша электронная почта?
profile-ask-phone = Ваш номер телефона?
profile-ask-address = Ваш адрес? Город, улица, дом, квартира.
profile-saved = Сохранено.
profile-cleared = Удалено.
profile-languages = На каком языке вам удобнее?
profile-language-set = Теперь я говорю по-русски.
language = Русский

## News

news-item = <b>{ $headline }</b>
    { $body }

    <i>{ $date }</i>
news-none = Новостей пока нет.

## Mailings

mailing-opt-out = 🔕 Без рассылок
mailing-opt-in = 🔔 Присылать рассылки
mailings-on = Вы снова будете получать наши рассылки. Рады, что вы с нами!
mailings-off = Рассылок больше не будет. Захотите снова — кнопка есть в вашем профиле.
mailing-ask = Что отправить? Напишите текст или пришлите картинку с подписью.
mailing-again = Я могу разослать текст или одну картинку с подписью. Напишите мне, пожалуйста.
mailing-again-words = Напишите, пожалуйста, новые слова текстом.
mailing-too-long = Слишком длинно: Telegram принимает здесь не больше { $most } символов. Сократите, пожалуйста.
mailing-one-picture = В письме может быть одна картинка: я оставил первую.
mailing-preview = Вот как это придёт:
mailing-headed = <b>{ $headline }</b>
    { $body }
mailing-sure =
    { $count ->
        [0] Отправлять некому.
        [one] Это получит { $count } покупатель. Отправить?
        [few] Это получат { $count } покупателя. Отправить?
        [many] Это получат { $count } покупателей. Отправить?
       *[other] Это получат { $count } покупателя. Отправить?
    }
mailing-everybody = 👥 Всем
mailing-ordered = 🛍 Кто заказывал
mailing-speaks = { $language }
mailing-chosen = ✓ { $name }
mailing-send = 📣 Отправить
mailing-drop = ✖️ Отменить
mailing-dropped = Ничего не отправлено.
mailing-nobody = Отправлять некому.
mailing-begun-already = Это уже началось.
mailing-begun =
    { $count ->
        [one] Уже в пути к { $count } покупателю. О ходе дела пишу ниже.
        [few] Уже в пути к { $count } покупателям. О ходе дела пишу ниже.
        [many] Уже в пути к { $count } покупателям. О ходе дела пишу ниже.
       *[other] Уже в пути к { $count } покупателя. О ходе дела пишу ниже.
    }
mailing-sending = 📣 Отправляю: { $done } из { $all }
mailing-correcting = ✏️ Исправляю: { $done } из { $all }
mailing-recalling = 🧽 Забираю обратно: { $done } из { $all }
mailing-paused = ⏸ Пауза: { $done } из { $all }
mailing-cancelled = ✖️ Отменено: { $done } из { $all }
mailing-sent = 📣 Отправлено: { $sent } из { $all }
mailing-corrected = ✏️ Исправлено: { $count } из { $all }
mailing-recalled = 🧽 Забрано обратно: { $count } из { $all }
mailing-pace = { $rate } в секунду, осталось около { $left } мин
mailing-waits = Telegram просит подождать до { $until }
mailing-blocked =
    { $count ->
        [one] { $count } покупатель заблокировал бота
        [few] { $count } покупателя заблокировали бота
        [many] { $count } покупателей заблокировали бота
       *[other] { $count } покупателя заблокировали бота
    }
mailing-deactivated =
    { $count ->
        [one] { $count } покупателя больше нет в Telegram
        [few] { $count } покупателей больше нет в Telegram
        [many] { $count } покупателей больше нет в Telegram
       *[other] { $count } покупателя больше нет в Telegram
    }
mailing-not-found =
    { $count ->
        [one] У { $count } покупателя нет чата с ботом
        [few] У { $count } покупателей нет чата с ботом
        [many] У { $count } покупателей нет чата с ботом
       *[other] У { $count } покупателя нет чата с ботом
    }
mailing-opted-out =
    { $count ->
        [one] { $count } покупатель больше не хочет рассылок
        [few] { $count } покупателя больше не хотят рассылок
        [many] { $count } покупателей больше не хотят рассылок
       *[other] { $count } покупателя больше не хотят рассылок
    }
mailing-failed =
    { $count ->
        [one] { $count } раз Telegram отказал по другой причине
        [few] { $count } раза Telegram отказал по другой причине
        [many] { $count } раз Telegram отказал по другой причине
       *[other] { $count } раза Telegram отказал по другой причине
    }
mailing-missed =
    { $count ->
        [one] { $count } сообщение изменить не удалось: его нет, или оно слишком старое
        [few] { $count } сообщения изменить не удалось: их нет, или они слишком старые
        [many] { $count } сообщений изменить не удалось: их нет, или они слишком старые
       *[other] { $count } сообщения изменить не удалось: их нет, или они слишком старые
    }
mailing-repeated =
    { $count ->
        [one] { $count } покупатель мог получить дважды: меня остановили посреди отправки
        [few] { $count } покупателя могли получить дважды: меня остановили посреди отправки
        [many] { $count } покупателей могли получить дважды: меня остановили посреди отправки
       *[other] { $count } покупателя могли получить дважды: меня остановили посреди отправки
    }
mailing-pause = ⏸ Пауза
mailing-resume = ▶️ Дальше
mailing-cancel = ✖️ Отменить
mailing-correct = ✏️ Исправить
mailing-recall = 🧽 Забрать обратно
mailing-pausing = Останавливаю
mailing-resuming = Продолжаю
mailing-cancelling = Отменяю
mailing-not-now = Сейчас с этой рассылкой так сделать нельзя.
mailing-ask-words = Что должно быть написано вместо этого? Новые слова заменят старые у всех, кто получил рассылку.
mailing-correction-begun = Исправляю.
mailing-recall-sure = Удалить её из всех чатов, куда она пришла? Telegram разрешает это в течение 48 часов.
mailing-recall-yes = 🧽 Да, забрать
mailing-recall-no = ‹ Нет, пусть остаётся
mailing-recall-begun = Забираю обратно.

## Talking to a person

talk-ask =
    Что вы хотите нам сказать? Сотрудник <b>{ $shop }</b> прочитает это и ответит здесь.
talk-ask-order =
    Что вы хотите нам сказать о заказе <b>{ $number }</b>? Сотрудник прочитает это и ответит здесь.
talk-again = Я могу передать только текст: напишите, пожалуйста, словами.
talk-too-long = Это слишком длинно: не больше { $most } символов. Отправьте, пожалуйста, двумя частями.
talk-asked =
    Спасибо, ваше сообщение уже в пути. Как только сотрудник <b>{ $shop }</b> ответит, ответ появится здесь.
    Если хотите что-то добавить, просто пишите дальше; «{ key-done }» вернёт вас в магазин.
talk-more-asked = Это тоже уже в пути.
talk-nothing-sent = Ничего не отправлено.
talk-from = 💬 <b>{ $name }</b> пишет:
talk-from-about = 💬 <b>{ $name }</b> пишет о заказе <b>{ $number }</b>:
talk-quote = <blockquote>{ $text }</blockquote>
talk-somebody = клиент
talk-key-answer = ↩️ Ответить
talk-key-ask = 💬 Спросить о нём
talk-key-person = 💬 Спросить сотрудника
talk-key-write = ✉️ Написать клиенту
talk-answer = Что передать? Получатель: <b>{ $name }</b>.
talk-answered = Сообщение уже в пути к клиенту.
talk-answered-by = ↩️ <b>{ $name }</b>: { $text }
talk-nobody = Я больше не могу написать этому клиенту: он попросил его забыть.
talk-shop = 💬 <b>{ $shop }</b> пишет:
talk-shop-about = 💬 <b>{ $shop }</b> пишет о вашем заказе <b>{ $number }</b>:
talk-undelivered = ✖️ Ваше сообщение не дошло (<b>{ $name }</b>): возможно, клиент заблокировал меня. Вы писали:

## Privacy

privacy =
    <b>Что хранит о вас { $shop }</b>
    • ваши id, имя и никнейм в Telegram — чтобы узнать вас снова;
    • электронную почту, телефон и адрес, если вы их указали, — чтобы доставлять заказы;
    • вашу корзину, товары, которых вы ждёте, то, на чём остановился наш разговор, и что вы искали в последний раз;
    • ваши заказы;
    • что вы пишете сотрудникам магазина, и их ответы;
    • если мне не удалось вас прочитать или вам ответить — что именно это было, { $days ->
        [one] { $days } день
        [few] { $days } дня
        [many] { $days } дней
       *[other] { $days } дня
    }, чтобы кто-нибудь мог разобраться;
    • какие рассылки магазина вы получили{ $recipients ->
        [0] {""}
        [one] {" "}(помню это { $recipients } день)
        [few] {" "}(помню это { $recipients } дня)
        [many] {" "}(помню это { $recipients } дней)
       *[other] {" "}(помню это { $recipients } дня)
    }, чтобы можно было исправить ошибку в них.

    Больше никто этих данных не получит. Вы можете взять себе копию или попросить вас забыть: тогда останутся только номера, состав и суммы ваших заказов, потому что этого требует закон, а из заказа в пути — ещё и то, что нужно для доставки, пока его не доставят или не отменят. Ещё около суток после вашего последнего сообщения я буду помнить ваш id в Telegram и то, на какие сообщения уже ответил, чтобы не ответить дважды.
privacy-inactive = Если от вас не будет вестей { $days ->
    [one] { $days } день
    [few] { $days } дня
    [many] { $days } дней
   *[other] { $days } дня
}, я сам о вас забуду, если только ваш заказ не в пути.
privacy-team = Вы здесь работаете. Пока это так, для этого хранится ваш идентификатор в Telegram. Журнал магазина рассказывает под вашим именем, что вы в нём делали; он остаётся, даже если вы попросите о вас забыть.
privacy-send = 📄 Прислать мои данные
privacy-forget = 🧽 Забыть меня
privacy-file = Это то, что я храню о вас, кроме того, какие рассылки вы получили: об этом спросите сотрудников магазина, /ask
privacy-sure = Забыть ваш профиль, корзину и наш разговор? Вернуть их не сможет никто.
privacy-sure-orders = { $count ->
    [one] Заказ { $numbers } ещё не доставлен: имя, телефон и адрес из него останутся у магазина, пока его не доставят или не отменят.
    [few] Заказы { $numbers } ещё не доставлены: имена, телефоны и адреса из них останутся у магазина, пока их не доставят или не отменят.
    [many] Заказы { $numbers } ещё не доставлены: имена, телефоны и адреса из них останутся у магазина, пока их не доставят или не отменят.
   *[other] Заказы { $numbers } ещё не доставлены: имена, телефоны и адреса из них останутся у магазина, пока их не доставят или не отменят.
} Писать вам об этом я уже не смогу, поэтому магазин позвонит. Что больше не нужно, сначала отмените: /orders, или напишите человеку: /ask
privacy-sure-yes = 🧽 Да, забыть меня
privacy-sure-no = ‹ Нет, дружим дальше
privacy-forgotten = Готово, мы вас забыли. Если захотите вернуться, отправьте /start.

## Товары, для владельцев

goods-find = Какой товар изменим? Напишите его название или часть.
goods-find-or-unsold =
    Какой товар изменим? Напишите его название или часть.

    Эти сейчас нельзя купить:
goods-found = По «{ $words }» есть:
goods-nothing = По «{ $words }» я ничего не нашёл. Попробуйте другое слово или часть названия.
goods-row = { $title } · { $price }
goods-row-hidden = 🙈 { $title }
goods-row-sold-out = 🚫 { $title }
goods-product =
    <b>{ $title }</b>
    { $price }
    Остаток: { $stock }
    { $hidden }
goods-stock-unlimited = сколько угодно
goods-stock-count = { $left }
goods-is-hidden = 🙈 Покупатели его не видят.
goods-is-shown = 👁 Покупатели его видят.
goods-key-edit = ✏️ Изменить
goods-key-price = 💰 Цена
goods-key-discount = 🔥 Скидка
goods-key-stock = 📦 Остаток
goods-key-hide = 🙈 Скрыть
goods-key-show = 👁 Показать
goods-key-another = ‹ Другой товар
goods-ask-price = { $title } стоит { $price } без скидки. Сколько должен стоить?
goods-ask-first-discount = { $title } сейчас без скидки. Сколько процентов она должна составлять, от 0 до 100?
goods-ask-discount = У { $title } скидка { $percent } %. Какой она должна быть, от 0 до 100?
goods-ask-stock = { $title }, остаток: { $stock }. Сколько есть сейчас?
goods-again-price = Нужна сумма, например 420 или 420,50.
goods-again-discount = Нужно число от 0 до 100; 0 отменяет скидку.
goods-again-stock = Нужно целое число, например 40, или «{ key-unlimited }».
goods-costs = { $title } теперь стоит { $price }.
goods-stocked = { $title }, остаток теперь: { $stock }
goods-hidden = Покупатели больше не видят { $title }.
goods-shown = Теперь покупатели видят { $title }.
goods-key-picture = 🖼 Фото
goods-key-description = 📝 Описание
goods-key-new = ➕ Новый товар
goods-no-picture = 🖼 Фото пока нет.
goods-no-description = 📝 Описания пока нет.
goods-ask-description = Что покупателям прочитать о { $title }? Пишите столько строк, сколько нужно.
goods-ask-another-description =
    Что покупателям прочитать о { $title }? Напишите всё заново. Сейчас там:

    { $description }
goods-again-description = Нужны слова, не больше { $most } символов.
goods-described = { $title }: описание обновлено.
goods-undescribed = { $title }: описания больше нет.
goods-translated = У { $title } описание на нескольких языках, а я могу записать только одно. Измените его там, где хранятся переводы.
goods-ask-picture = Отправьте, пожалуйста, фото для { $title }: именно как фото, не как файл.
goods-ask-another-picture = Это фото для { $title }. Отправьте, пожалуйста, другое: именно как фото, не как файл.
goods-again-picture = Нужно фото: нажмите 📎 и выберите его, пожалуйста.
goods-one-picture = У товара одно фото. Чтобы его изменить, нажмите «{ goods-key-picture }» и отправьте новое.
goods-pictured = { $title }: фото обновлено.
goods-unpictured = { $title }: фото больше нет.
goods-ask-category = Новый товар! На какой полке он будет стоять? Нажмите на неё или напишите название.
goods-ask-category-of-many = Новый товар! На какой из полок ({ $all }) он будет стоять? Нажмите на неё или напишите название либо его часть.
goods-several-categories = Для «{ $words }» я знаю несколько полок. Какая из них?
goods-again-category = Такой полки я не знаю. Нажмите на одну из них или напишите название либо его часть.
goods-no-category = Для товаров пока нет полки. Сначала добавьте категорию: через API или папку магазина.
goods-category-gone = Этой полки тем временем не стало.
goods-ask-title = { $category }. Как называется новый товар?
goods-ask-title-nowhere = Как называется новый товар?
goods-again-title = Нужно название, не больше 200 символов.
goods-ask-first-price = { $title }. Сколько это стоит?
goods-added = { $title } уже здесь, за { $price }. Покупатели увидят товар, как только вы нажмёте «{ goods-key-show }».
goods-not-added = Товар не добавлен.

## Напоминания

reminder-cart =
    🛒 В вашей корзине всё ещё { $products ->
        [one] ждёт { $products } товар
        [few] ждут { $products } товара
        [many] ждут { $products } товаров
       *[other] ждут { $products } товара
    }: всего { $total }. Продолжим?
reminder-cart-open = 🛒 К корзине
reminder-order = 📝 Вы почти оформили заказ на { $total }. Ваши ответы сохранены: продолжим?
reminder-order-open = ▶️ Продолжить оформление

## Команда, для владельцев

team-head = <b>Люди { $shop }</b>
team-owners = Владельцы, которым можно всё:
team-managers = Менеджеры, которые заботятся о заказах, сообщениях и товарах:
team-line = • { $name }
team-line-fixed = • { $name } (по настройкам)
team-line-you = • { $name } (вы)
team-row = { $name } · { $role }
team-invitations = { $count ->
        [one] { $count } приглашение ждёт ответа.
        [few] { $count } приглашения ждут ответа.
        [many] { $count } приглашений ждут ответа.
       *[other] { $count } приглашения ждут ответа.
    }
team-invite-manager = ➕ Менеджер
team-invite-owner = ➕ Владелец
team-withdraw = ✖️ Отозвать приглашения
team-withdrawn = Отозвано: ссылки больше не действуют.
team-forward = Перешлите следующее сообщение тому, кого приглашаете:
team-invitation-manager =
    Вас приглашают заботиться о <b>{ $shop }</b> в роли менеджера: о заказах, сообщениях и товарах. Чтобы согласиться, откройте ссылку:

    { $link }

    Она действует один раз, до { $until }.
team-invitation-owner =
    Вас приглашают стать владельцем <b>{ $shop }</b>. Чтобы согласиться, откройте ссылку:

    { $link }

    Она действует один раз, до { $until }.
team-news-manager = 👋 Приглашение принято: теперь я работаю здесь менеджером.
team-news-owner = 👋 Приглашение принято: теперь я один из владельцев.
team-member = <b>{ $name }</b> — { $role }.
team-member-gone = Здесь этот человек уже не работает.
team-make-owner = ⬆️ Сделать владельцем
team-make-manager = ⬇️ Сделать менеджером
team-dismiss = ✖️ Убрать из команды
team-back = ‹ Команда
team-appointed = { $name } теперь { $role }.
team-dismissed = { $name } здесь больше не работает.
team-already = Вы уже работаете здесь, и вам можно всё, что даёт это приглашение. Оно ещё действует: перешлите его тому, для кого оно.
team-invitation-over = Это приглашение уже принято, отозвано или устарело. Попросите, пожалуйста, новое.
team-joined-manager =
    Добро пожаловать! Теперь вы менеджер <b>{ $shop }</b>.

    Новые заказы и вопросы покупателей отныне приходят вам сюда, с кнопками для следующих шагов. «{ key-orders }» показывает все заказы, /product меняет товары и добавляет новые, а остальное — в /help.
team-joined-owner =
    Добро пожаловать! Теперь вы владелец <b>{ $shop }</b>.

    Новые заказы и вопросы покупателей отныне приходят вам сюда, с кнопками для следующих шагов. Что ещё вы можете — в /help.
team-no-more = Ваша роль здесь изменилась, и это к ней больше не относится. Всё остальное — в меню внизу.
role-owner = владелец
role-manager = менеджер

## Журнал действий, для владельцев

audit-open = 📋 Кто что делал
audit-head = <b>Кто что делал в последнее время</b>
audit-none = Никто ещё ничего не менял.
audit-line = { $at } · { $by }: { $what }
audit-order-accepted = заказ { $order } принят
audit-order-shipped = заказ { $order } отправлен
audit-order-delivered = заказ { $order } доставлен
audit-order-cancelled = заказ { $order } отменён
audit-price = { $product }: цена { $price }
audit-discount = { $product }: скидка { $percent }
audit-stock = { $product }: на складе { $stock }
audit-description = { $product }: новое описание
audit-picture = { $product }: другое фото
audit-no-picture = { $product }: фото убрано
audit-added = { $product }: добавлено
audit-hidden = { $product }: скрыт
audit-shown = { $product }: виден покупателям
audit-paused = без заказов до { $date }
audit-resumed = заказы снова принимаются
audit-mailing-started = рассылка отправлена
audit-mailing-paused = рассылка приостановлена
audit-mailing-resumed = рассылка продолжена
audit-mailing-cancelled = рассылка остановлена
audit-mailing-corrected = рассылка исправлена
audit-mailing-recalled = рассылка отозвана
audit-invited = создано приглашение: { $role }
audit-withdrawn = приглашения отозваны
audit-joined = теперь в команде: { $role }
audit-appointed = { $name } теперь { $role }
audit-dismissed = { $name } больше не в команде

## Commands, as Telegram's menu shows them

command-start = Вернуться в начало
command-catalogue = Осмотреть полки
command-sale = Всё со скидкой
command-search = Найти что-то в магазине
command-cart = Ваша корзина
command-news = Последние новости
command-orders = Ваши заказы
command-profile = Ваше имя, контакты и язык
command-ask = Написать сотруднику магазина
command-help = Что здесь можно сделать
command-cancel = Не отвечать на вопрос
command-privacy = Что о вас хранится
command-mail = Написать всем покупателям
command-product = Изменить или добавить товары
command-pause = Не принимать заказы какое-то время
command-team = Кто работает в магазине

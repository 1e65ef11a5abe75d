//! An application in memory: its people, their chats and a clock. Transcripts are played in it, and it is what the real bot
//! is held against.

mod explore;
mod window;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

pub use explore::{Explored, explore};
pub use window::{Window, bubble};

use crate::chat::{Chat, MessageId, Observed};
use crate::markup::Rich;
use crate::transcript::{self, CheckSubject, GivenSentence, Sentences, Stage, StepResult, TurnTrace, UserAction};
use crate::{
    App, Attachment, Callback, Conversation, Dialogue as _, FIRST_ID, Input, Output, Turn, User, View, moment, outage,
    turn,
};

/// Messages that the bot sends by itself: to whom, by Telegram's id, and what.
pub type Messages<A> = Vec<(i64, View<A>)>;

/// What an application keeps beside its dialogues: in memory for transcripts, and in one document of a database for the
/// bot that runs. It knows people by Telegram's id.
pub trait House: Clone + Default {
    /// The application, which brings its sentences, too.
    type App: App + Sentences;

    /// Makes something true; a person who is introduced and the time are the engine's to remember. `id` returns the id of
    /// a person who was introduced.
    ///
    /// # Errors
    /// A sentence for the author of the transcript.
    fn given(
        &mut self,
        given: &<Self::App as Sentences>::Given,
        id: &dyn Fn(&str) -> Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<(), String>;

    /// What a turn of this person may know.
    fn context(&self, user: &User, now: DateTime<Utc>, fresh: u64) -> <Self::App as App>::Context;

    /// Carries out effects; what others are shown because of it.
    ///
    /// # Errors
    /// What would never be asked for if the application were right.
    fn carry_out(
        &mut self,
        user: &User,
        effects: Vec<<Self::App as App>::Effect>,
        now: DateTime<Utc>,
    ) -> Result<Messages<Self::App>, String>;

    /// When something happens by itself next, if anything does.
    fn due(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// What happens by itself by now; what people are shown. Afterwards nothing of it is due.
    fn ring(&mut self, _now: DateTime<Utc>) -> Messages<Self::App> {
        Vec::new()
    }

    /// The fields of a check, in a fixed order; `None` where it has no meaning. `person` is whom the check is about.
    fn check(
        &self,
        subject: &<Self::App as Sentences>::Subject,
        person: Option<&Checked>,
    ) -> Option<Vec<(String, String)>>;
}

/// The person whom a check is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub id: i64,
    /// The name of the state of their dialogue, `Stranger` for one who has not written yet.
    pub state: String,
}

/// One person, and what is on their screen.
#[derive(Debug, Clone)]
struct Person<A: App> {
    user: User,
    conversation: Option<Conversation<A>>,
    window: Window,
    active: bool,
    /// When they did something last.
    last: Option<DateTime<Utc>>,
}

impl<A: App> Person<A> {
    fn new(user: User) -> Self {
        Self { user, conversation: None, window: Window::default(), active: true, last: None }
    }
}

/// An application in memory, with its people.
#[derive(Debug, Clone)]
pub struct Memory<H: House> {
    pub house: H,
    now: DateTime<Utc>,
    people: BTreeMap<String, Person<H::App>>,
    draws: Draws,
    happened: StepResult,
}

impl<H: House> Memory<H> {
    /// The application without people, at this time.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            house: H::default(),
            now,
            people: BTreeMap::new(),
            draws: Draws::default(),
            happened: StepResult::default(),
        }
    }

    fn person(&mut self, name: &str) -> Result<&mut Person<H::App>, String> {
        self.people.get_mut(name).ok_or_else(|| format!("who is {name}? Say “Given {name}, …” first"))
    }

    fn introduce(&mut self, name: &str, language: Option<&str>) {
        let known = self.people.get(name).map(|person| person.user.id);
        let id = known.unwrap_or(FIRST_ID + self.people.len() as i64);
        let language_code = language.map(str::to_owned);
        let user = User { id, first_name: name.to_owned(), username: None, language_code };
        self.people.insert(name.to_owned(), Person::new(user));
    }

    /// The name of a person's state, `Stranger` for one who has not written yet.
    pub fn state(&self, name: &str) -> String {
        state(self.people.get(name).and_then(|person| person.conversation.as_ref()))
    }

    fn act(&mut self, name: &str, deed: &UserAction) -> Result<(), String> {
        self.person(name)?.window.hear(deed);
        self.play(name, &input(deed)?, deed.tapped())
    }

    /// One turn of one person; what they tapped, if they tapped.
    fn play(&mut self, name: &str, input: &Input<H::App>, tapped: Option<MessageId>) -> Result<(), String> {
        let (now, fresh, from) = (self.now, self.draws.draw(), self.state(name));
        let user = self.person(name)?.user.clone();
        let context = self.house.context(&user, now, fresh);
        let person = self.person(name)?;
        if *input != Input::DeadlinePassed {
            person.last = Some(now);
        }
        match input {
            Input::Left => person.active = false,
            Input::CameBack => person.active = true,
            _ => {}
        }
        let Turn { conversation, effects, show, event } = turn(person.conversation.as_ref(), input, &context);
        person.conversation = conversation;
        let trace = TurnTrace { person: name.to_owned(), from, event: event.to_owned(), to: self.state(name) };
        self.happened.turns.push(trace);
        let others = self.house.carry_out(&user, effects, now)?;
        show.into_iter().try_for_each(|show| self.show(name, show, tapped))?;
        self.bring(others)
    }

    /// When something happens in a person's dialogue by itself.
    fn deadline(&self, name: &str) -> Option<DateTime<Utc>> {
        self.people.get(name)?.conversation.as_ref()?.deadline
    }

    /// Lets a person's deadline pass, at the time that it is: a walk is to end.
    fn pass_deadline(&mut self, name: &str) -> Result<StepResult, String> {
        self.play(name, &Input::DeadlinePassed, None)?;
        Ok(std::mem::take(&mut self.happened))
    }

    /// The first deadline of a dialogue, and whose it is.
    fn next_deadline(&self) -> Option<(DateTime<Utc>, String)> {
        self.people.keys().filter_map(|name| Some((self.deadline(name)?, name.clone()))).min()
    }

    fn bring(&mut self, messages: Messages<H::App>) -> Result<(), String> {
        for (id, view) in messages {
            let name = self.people.iter().find(|(_, person)| person.user.id == id).map(|(name, _)| name.clone());
            let name = name.ok_or_else(|| format!("the bot writes to {id}, who was not introduced"))?;
            self.show(&name, Output::Send { view, serial: 0 }, None)?;
        }
        Ok(())
    }

    fn show(&mut self, name: &str, show: Output<H::App>, tapped: Option<MessageId>) -> Result<(), String> {
        // What Telegram would refuse is a fault of the application, whatever the transcript says.
        self.happened.faults.extend(crate::limits::telegram_takes(&show).err());
        let user = self.person(name)?.user.clone();
        let menu = H::App::menu(&self.house.context(&user, self.now, 0));
        let person = self.person(name)?;
        if person.active {
            let act = person.window.show(show, tapped, || menu);
            self.happened.observed.extend(act.map(|act| Observed { person: name.to_owned(), act }));
        } else {
            // Telegram would say 403.
            self.happened.faults.push(format!("{name} has blocked the bot, and it writes to them"));
        }
        Ok(())
    }
}

/// The fields of a check; see [`House::check`].
pub fn look<H: House>(
    house: &H,
    subject: &<H::App as Sentences>::Subject,
    person: Option<&Checked>,
) -> Option<Vec<(String, String)>> {
    match person {
        Some(person) if subject.is_state() => Some(vec![("state".to_owned(), person.state.clone())]),
        _ => house.check(subject, person),
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
#[derive(Debug, Clone, Default)]
pub struct Draws(u64);

impl Draws {
    /// The next one.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// The name of a conversation's state, `Stranger` where there is none.
pub fn state<A: App>(conversation: Option<&Conversation<A>>) -> String {
    conversation.map_or_else(|| "Stranger".to_owned(), |conversation| conversation.dialogue.name())
}

/// What a deed means to the engine.
///
/// # Errors
/// The deed sends a picture that the application does not have, or a text that Telegram does not send.
pub fn input<A: App>(deed: &UserAction) -> Result<Input<A>, String> {
    Ok(match deed {
        UserAction::Taps { data, .. } => match Callback::decode(data) {
            Some((serial, button)) => Input::Tapped { button, serial },
            None => Input::TappedUnknown,
        },
        UserAction::Says(text) | UserAction::Forwards(text) => Input::of_text(&sent(text)?),
        UserAction::SharesContact { phone, own } => Input::SharedContact { phone: phone.clone(), own: *own },
        UserAction::SendsPicture { name, caption } => {
            let picture = A::picture(name).ok_or_else(|| format!("there is no picture {name}"))?;
            Input::SentPicture { picture, caption: caption.clone(), html: None, album: None }
        }
        UserAction::Sends(transcript::Media::Sticker) => Input::Sent(Attachment::Sticker),
        UserAction::Sends(transcript::Media::Voice) => Input::Sent(Attachment::Voice),
        UserAction::Sends(_) => Input::Sent(Attachment::Other),
        UserAction::EditsLast(text) => sent(text).map(|_| Input::Edited)?,
        UserAction::Blocks => Input::Left,
        UserAction::Unblocks => Input::CameBack,
        UserAction::SaysInGroup(text) => sent(text).map(|_| Input::InGroup)?,
    })
}

/// A text as Telegram brings it.
fn sent(text: &str) -> Result<String, String> {
    Rich::sent(text).map(|rich| rich.text).map_err(|error| error.to_string())
}

impl<H: House> Stage<H::App> for Memory<H> {
    fn given(&mut self, given: &<H::App as Sentences>::Given) -> Result<(), String> {
        if let Some(name) = given.introduces() {
            self.introduce(name, given.language());
        }
        self.now = given.time().unwrap_or(self.now);
        let Self { house, people, now, .. } = self;
        house.given(given, &|name| people.get(name).map(|person| person.user.id), *now)
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        deeds.iter().try_for_each(|(person, deed)| self.act(person, deed))?;
        Ok(std::mem::take(&mut self.happened))
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let end = moment::after(self.now, time);
        loop {
            let rings = self.house.due().filter(|due| *due <= end);
            let deadline = self.next_deadline().filter(|(at, _)| *at <= end);
            match (rings, deadline) {
                (Some(due), deadline) if deadline.as_ref().is_none_or(|(at, _)| due <= *at) => {
                    self.now = due.max(self.now);
                    let messages = self.house.ring(self.now);
                    self.bring(messages)?;
                }
                (_, Some((at, name))) => {
                    self.now = at.max(self.now);
                    self.play(&name, &Input::DeadlinePassed, None)?;
                }
                (_, None) => break,
            }
        }
        self.now = end;
        Ok(std::mem::take(&mut self.happened))
    }

    /// What is kept is written and read: a state that cannot be stored is a fault.
    fn restart(&mut self) -> Result<StepResult, String> {
        for (name, person) in &mut self.people {
            let Some(conversation) = &person.conversation else { continue };
            let stored = serde_json::to_string(conversation);
            let read = stored.and_then(|stored| serde_json::from_str::<Conversation<H::App>>(&stored));
            match read {
                Ok(read) if &read == conversation => {}
                Ok(_) => self.happened.faults.push(format!("{name}'s state reads back as another one")),
                Err(error) => self.happened.faults.push(format!("{name}'s state cannot be stored: {error}")),
            }
        }
        Ok(std::mem::take(&mut self.happened))
    }

    /// What happens by itself meanwhile happens when the bot is back, before anybody sees their question again.
    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let since = self.now;
        self.now = moment::after(since, time);
        let mut back = self.elapse(TimeDelta::zero())?;
        if outage::loses_taps(time) {
            let is_concerned = |person: &Person<H::App>| {
                let asked = person.conversation.as_ref().is_some_and(|its| H::App::asks(&its.dialogue));
                asked && person.active && person.last.is_some_and(|last| outage::was_in_the_middle(last, since))
            };
            let mut concerned: Vec<_> = self.people.iter().filter(|(_, person)| is_concerned(person)).collect();
            concerned.sort_by_key(|(_, person)| std::cmp::Reverse(person.last));
            let names: Vec<String> = concerned.into_iter().map(|(name, _)| name.clone()).collect();
            names.iter().try_for_each(|name| self.play(name, &Input::BotIsBack, None))?;
        }
        let shown = std::mem::take(&mut self.happened);
        back.observed.extend(shown.observed);
        back.turns.extend(shown.turns);
        back.faults.extend(shown.faults);
        Ok(back)
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        // What the shell must make true, and the model says: nothing happens.
        Ok(StepResult::default())
    }

    fn disturb(&mut self, _: &str, _: &str, _: u16, _: Option<u32>) -> Result<bool, String> {
        Ok(false)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.people.get(person).map(|person| Cow::Borrowed(&person.window.chat)).unwrap_or_default()
    }

    fn check(&mut self, subject: &<H::App as Sentences>::Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let checked = subject.person().and_then(|name| {
            let id = self.people.get(name)?.user.id;
            Some(Checked { id, state: self.state(name) })
        });
        Ok(look(&self.house, subject, checked.as_ref()))
    }
}

//! The state of a dialogue: in which flow it is, and where there.

use chrono::{DateTime, Utc};

use crate::{App, Input, Step, View};

/// The state of a dialogue; [`crate::flows!`] defines one.
pub trait Dialogue<A: App>: Sized {
    /// Lets the flow that it is in answer an input; `None` when it means nothing there.
    fn step(&self, input: &Input<A>, context: &A::Context) -> Option<Step<A, Self>>;

    /// What the screen shows in this state.
    fn view(&self, context: &A::Context) -> View<A>;

    /// Until when this state waits for the person, if it does: [`crate::Flow::deadline`].
    fn deadline(&self, context: &A::Context) -> Option<DateTime<Utc>>;

    /// The name of a state without its data, such as `Booking.AskingDate`: for logs, coverage and diagrams.
    fn name(&self) -> String;
}

/// The one table of an application's flows: `flows! { pub enum Dialogue of Hotel { Home(HomeState), Booking(BookingState) } }`
/// defines the enum with a variant per flow, the flow's own state inside, and implements [`trait@Dialogue`]. It is stored as
/// `{flow: "booking", …}` beside what the state's own serde tags say.
///
/// States implement [`crate::Flow`], serde's traits and [`strum::VariantNames`].
#[macro_export]
macro_rules! flows {
    ($(#[$meta:meta])* $vis:vis enum $name:ident of $app:ident { $($variant:ident($state:ident)),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "flow", rename_all = "snake_case")]
        $vis enum $name {
            $($variant($state)),*
        }

        $(impl From<$state> for $name {
            fn from(state: $state) -> Self {
                Self::$variant(state)
            }
        })*

        impl $name {
            /// The flow alone, such as `Booking`.
            pub fn flow(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant)),*
                }
            }

            /// The names of all states that a dialogue can be in, such as `Booking.AskingDate`.
            pub fn names() -> Vec<String> {
                let flows = [$((stringify!($variant), <$state as $crate::VariantNames>::VARIANTS)),*];
                let of = |(flow, states): (&str, &[&str])| {
                    states.iter().map(|state| format!("{flow}.{state}")).collect::<Vec<_>>()
                };
                flows.into_iter().flat_map(of).collect()
            }
        }

        impl $name {
            /// Lets the flow that it is in answer an input; `None` when it means nothing there.
            pub fn step(
                &self,
                input: &$crate::Input<$app>,
                context: &<$app as $crate::App>::Context,
            ) -> Option<$crate::Step<$app, Self>> {
                match self {
                    $(Self::$variant(state) => {
                        let step = $crate::step(state, input, context)?;
                        Some($crate::Step { outcome: step.outcome.map(Self::from), event: step.event })
                    })*
                }
            }

            /// What the screen shows in this state.
            pub fn view(&self, context: &<$app as $crate::App>::Context) -> $crate::View<$app> {
                match self {
                    $(Self::$variant(state) => $crate::Flow::<$app>::view(state, context)),*
                }
            }

            /// The name of the state without its data, such as `Booking.AskingDate`.
            pub fn name(&self) -> String {
                let state = match self {
                    $(Self::$variant(state) => $crate::Flow::<$app>::name(state)),*
                };
                format!("{}.{state}", self.flow())
            }
        }

        impl $crate::Dialogue<$app> for $name {
            fn step(
                &self,
                input: &$crate::Input<$app>,
                context: &<$app as $crate::App>::Context,
            ) -> Option<$crate::Step<$app, Self>> {
                self.step(input, context)
            }

            fn view(&self, context: &<$app as $crate::App>::Context) -> $crate::View<$app> {
                self.view(context)
            }

            fn deadline(
                &self,
                context: &<$app as $crate::App>::Context,
            ) -> Option<$crate::DateTime<$crate::Utc>> {
                match self {
                    $(Self::$variant(state) => $crate::Flow::<$app>::deadline(state, context)),*
                }
            }

            fn name(&self) -> String {
                self.name()
            }
        }
    };
}

use dialogues::transcript::{bless::bless, parse, replay::replay};
use dialogues::world::World;
fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        let script = match parse(&text) {
            Ok(s) => s,
            Err(e) => {
                println!("{path}: {e}");
                continue;
            }
        };
        match bless(&script, &mut World::new()) {
            Ok(b) => {
                std::fs::write(&path, &b.text).unwrap();
                println!("{path}: {} rewritten", b.rewritten);
                let script = parse(&b.text).unwrap();
                let r = replay(&script, &mut World::new());
                print!("{}", r.render(&path));
            }
            Err(e) => println!("{path}: {e}"),
        }
    }
}

use super::super::NoticeKind;
use super::super::tell::NoticeState;
use super::*;
use crate::clock::Timestamp;

const LONG: Duration = Duration::from_secs(20);

fn document() -> Document {
    Document {
        site: "Campaign".to_owned(),
        kind: NoticeKind::Relay,
        subject: "main".to_owned(),
        state: NoticeState::Opened,
        opened_at: Timestamp(1_772_442_000_000_000),
        closed_at: None,
        text: "A relay takes no mail.".to_owned(),
    }
}

fn sh(script: &str) -> Vec<String> {
    ["sh", "-c", script, "sh"].map(str::to_owned).into()
}

#[tokio::test]
async fn it_hears_the_notice_on_its_input_and_in_its_environment() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("told");
    let mut command =
        sh("(echo \"$HANDBILL_NOTICE_KIND $HANDBILL_NOTICE_SUBJECT $HANDBILL_NOTICE_STATE\"; cat) > \"$1\"");
    command.push(file.display().to_string());
    run(&command, &document(), LONG).await.unwrap();
    let told = std::fs::read_to_string(file).unwrap();
    let (line, json) = told.split_once('\n').unwrap();
    assert_eq!(line, "relay main opened");
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["opened_at"], "2026-03-02T09:00:00Z");
    assert_eq!(json["closed_at"], serde_json::Value::Null);
    assert_eq!(json["text"], "A relay takes no mail.");
}

#[tokio::test]
async fn what_it_comes_to_is_said_without_its_arguments() {
    for (command, said) in [
        (sh("exit 3 # duty@campaign.example"), "notify.command failed: exit status: 3"),
        (vec!["/nowhere/duty@campaign.example".to_owned()], "cannot be run: No such file"),
        (Vec::new(), "names no program"),
    ] {
        let error = run(&command, &document(), LONG).await.unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains('@'), "{error}");
    }
    // One that does not listen, says a lot and leaves somebody behind has told all the same.
    run(&sh("exec < /dev/null; head -c 300000 /dev/zero; sleep 1000 & exit 0"), &document(), LONG).await.unwrap();
}

#[tokio::test]
async fn one_that_is_late_is_killed_with_all_that_it_began() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reading = async { tokio::fs::OpenOptions::new().read(true).open(&pipe).await };
    let mut command = sh("sleep 1000 > \"$1\" & wait");
    command.push(pipe.display().to_string());
    let document = document();
    let (error, reading) = tokio::join!(run(&command, &document, Duration::from_millis(300)), reading);
    assert!(matches!(error, Err(CommandError::Late(_))), "{error:?}");
    // It ends when nobody holds the other end any more.
    let mut nothing = Vec::new();
    tokio::time::timeout(LONG, reading.unwrap().read_to_end(&mut nothing)).await.unwrap().unwrap();
}

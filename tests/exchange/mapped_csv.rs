//! Any CSV, whose columns are named by whoever imports it.

use etui::exchange::csv;

use crate::helpers::{import, lost, parsed, shown, told};
use crate::leaves::{Source, assert_nothing_is_lost, leaves_of_csv};
use crate::support::vaults::{Place, get};

const FILE: &str = "Title,Pwd,Account name,Group,Site,Second site,Code,Remark,Environment,Colour\n\
    shop,p1,alice,Work/Servers,https://shop.example,https://two.example,JBSWY3DP,a remark,prod,red\n\
    shop,p2,bob,Work/Servers,,,,,,\n\
    door,4711,,,,,,,,\n";
const MAP: &str = "password=Pwd,name=Title,username=account name,folder=Group,url=Site,url=Second site,otp=Code,note=Remark,tag:env=Environment";

#[test]
fn columns_become_what_they_are_named_for_and_others_are_lost() {
    let place = Place::new();
    let mut vault = place.create();
    let map = MAP.parse().unwrap();
    let batch = csv::read(FILE.as_bytes(), Some(&map)).unwrap();
    assert_eq!(lost(&batch), ["every entry loses its column 'colour'"]);
    let report = import(&mut vault, &batch);
    assert_eq!(
        told(&report),
        ["Work/Servers/shop-alice: new v1", "Work/Servers/shop-bob: new v1", "door: new v1"]
    );
    assert_eq!(
        get(&mut vault, "Work/Servers/shop-alice").unwrap(),
        r#"{"username":"alice","password":"p1","url":"https://shop.example","url-2":"https://two.example","totp":"JBSWY3DP","notes":"a remark"}"#
    );
    assert_eq!(get(&mut vault, "door").unwrap(), "4711");
    assert!(shown(&mut vault).contains(r#"Tags({TagKey("env"): TagValue("prod")})"#));
    assert!(!import(&mut vault, &batch).changes_anything());
    let source = Source {
        read: |text| csv::read(text, Some(&MAP.parse().unwrap())),
        named: &[(".Colour", "every entry loses its column 'colour'")],
        says_nothing: &[],
    };
    assert_nothing_is_lost(&source, FILE, &leaves_of_csv(FILE));
}

#[test]
fn without_a_map_columns_are_known_by_their_names() {
    let place = Place::new();
    let mut vault = place.create();
    let batch = parsed(
        |text| csv::read(text, None),
        "Group;Name;Login;Password;Website;Notes;2nd\nWork;shop;alice;p1;https://a;a remark;x\n",
    );
    assert_eq!(lost(&batch), ["every entry loses a column whose name is not a word"]);
    import(&mut vault, &batch);
    assert_eq!(
        get(&mut vault, "Work/shop").unwrap(),
        r#"{"username":"alice","password":"p1","url":"https://a","notes":"a remark"}"#
    );
}

#[test]
fn a_tag_that_cannot_be_one_here_is_lost() {
    let map = "name=n,password=p,tag:long=t".parse().unwrap();
    let file = format!("n,p,t\na,1,{}\n", "x".repeat(300));
    let batch = csv::read(file.as_bytes(), Some(&map)).unwrap();
    assert_eq!(
        lost(&batch),
        ["'a' loses the tag 'long': a tag value has at most 256 characters, this one has 300"]
    );
}

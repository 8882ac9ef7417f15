//! What Graph has and nothing here answers: said so, instead of taken for a mistake of the client.

use super::super::path::Path;
use super::super::problem::Problem;

const TABLE: &str = include_str!("segments.tsv");

/// Whether a table names a segment behind another.
fn is_known(owner: &str, name: &str) -> bool {
    let lines = TABLE.lines().filter_map(|line| line.split_once('\t'));
    let mut lines = lines.filter(|(known, _)| known.eq_ignore_ascii_case(owner));
    lines.any(|(_, names)| names.split(' ').any(|known| known == name))
}

/// Refuses a path that holds a segment which Graph knows and which is not modelled.
pub(super) fn refuse_unmodelled(path: &Path) -> Result<(), Problem> {
    let names = path.names();
    // `/me` is an object of `/users`.
    let (skipped, mut owner) = match names.first() {
        Some(&"me") => (1, "users/*".to_owned()),
        _ => (0, "/".to_owned()),
    };
    for (place, name) in names.iter().enumerate().skip(skipped) {
        if is_known(&owner, name) {
            let behind = match owner.as_str() {
                "/" => String::new(),
                _ if skipped == 1 => "/me".to_owned(),
                owner => format!("/{}", owner.replace('*', "{id}")),
            };
            return Err(Problem::not_modelled(&format!(
                "{behind}/{}",
                path.raw(place)
            )));
        }
        owner = match owner.as_str() {
            "/" => (*name).to_owned(),
            "directory" | "rolemanagement" => format!("{owner}/{name}"),
            set if !set.contains('/') => format!("{set}/*"),
            _ => return Ok(()),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str) -> Option<String> {
        let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        refuse_unmodelled(&Path::of(false, &segments))
            .err()
            .map(|problem| problem.message)
    }

    #[test]
    fn what_graph_has_is_named_and_the_rest_let_through() {
        for (path, named) in [
            ("/deviceManagement", "/deviceManagement"),
            ("/users/ann@contoso.com/Messages/1", "/users/{id}/Messages"),
            ("/me/drive/root", "/me/drive"),
            ("/users/validateProperties", "/users/validateProperties"),
            ("/groups/1/team", "/groups/{id}/team"),
            (
                "/domains/a.example/forceDelete",
                "/domains/{id}/forceDelete",
            ),
            (
                "/directory/administrativeUnits",
                "/directory/administrativeUnits",
            ),
            (
                "/roleManagement/directory/roleAssignmentSchedules",
                "/rolemanagement/directory/roleAssignmentSchedules",
            ),
        ] {
            let wanted = format!("mock-cloud does not model {named}.");
            assert_eq!(refused(path), Some(wanted), "{path}");
        }
        for path in [
            "/users",
            "/users/messages",
            "/users/ann/manager",
            "/groups/1/members/1/$ref",
            "/nope",
            "/me",
            "/me/memberOf",
            "/directory/deletedItems/microsoft.graph.user",
            "/users/1/nope",
        ] {
            assert_eq!(refused(path), None, "{path}");
        }
    }

    #[test]
    fn lines_are_in_order_and_hold_no_name_twice() {
        for (owner, names) in TABLE.lines().filter_map(|line| line.split_once('\t')) {
            let names: Vec<&str> = names.split(' ').collect();
            assert!(names.is_sorted_by(|one, next| one < next), "{owner}");
        }
    }
}

// Commands that change something (控制命令): one table of them, run on the store of whoever holds the ledger. That is the
// gateway, asked over its control socket (control_socket.h); with none running, the command itself under the ledger's lock.
// Every command leaves an entry of type audit in the commit of its effect: who, what, why.
//   request  {"arguments":{name:text…},"command":name,"signature":{…},"why":text}   RFC 8785, one line
//   answer   {"answer":{…}}  or  {"error":{"code":wire,"en":text,"zh":text}}          one line
//   audit    {"arguments":{…},"command":name,"format":"yht-audit-1","operator":id,"second":id,"signature":{…},"state":"asked","why":text}
//   signature  {"created_ms":text,"nonce":text,"operator":id,"value":base64}: operators.h; where operators are named
// Who may: the row says which roles; where operators are named, what destroys, revokes or uncovers something waits for a
// second person (approvals.h), and every command is a line of the system's log besides.
// Uses: ledger, attachments, json. Used by: control_socket, the commands of app, main.cpp.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gateway/attachments/store.h"
#include "gateway/intake/admission/source_adapters.h"
#include "gateway/ledger/store/store.h"
#include "gateway/trust/partner.h"

namespace yht::app {

inline constexpr std::size_t kControlBytesMax = 64 * 1024;  // of a request, and of an answer
inline constexpr std::size_t kWhyCodePointsMax = 500;

/// By whom a command is given: operators.h says what is signed.
struct CommandSignature {
    std::string operator_id, created_ms, nonce, value;
    bool operator==(const CommandSignature&) const = default;
};

struct ControlRequest {
    std::string command;
    std::map<std::string, std::string> arguments;
    std::string why;  // the operator's reason, kept for good
    std::optional<CommandSignature> signature = {};
    bool operator==(const ControlRequest&) const = default;
};
/// {"name":"text"…} of a request's arguments (RFC 8785).
std::string argumentsText(const ControlRequest& request);
std::string encodeControlRequest(const ControlRequest& request);
/// Errors: RequestMalformed.
base::Result<ControlRequest> decodeControlRequest(std::string_view line);

std::string encodeControlAnswer(const base::Result<std::string>& answer);
/// The answer's JSON object. Errors: what the answer says; PeerAnswerInvalid where it can't be read.
base::Result<std::string> decodeControlAnswer(std::string_view line);

/// Roles of operators (operators.h), one bit each.
using Roles = std::uint8_t;
inline constexpr Roles kSystemRole = 1, kSecurityRole = 2, kAuditRole = 4;

class OperatorDesk;  // operators.h

/// What commands work on. References must outlive it.
struct ControlServices {
    ledger::Store& store;
    const base::Clock& clock;
    base::Random& random;
    std::string directory = {};  // of the deployment
    /// Everything of kReloaded read again; empty where no gateway runs.
    std::function<base::Status()> reload = {};
    attachments::Store* attachments = nullptr;  // nullptr: none are kept
    // What the running gateway has in force; empty where none runs: the files are read then.
    std::function<std::shared_ptr<const trust::TrustSnapshot>()> trust = {};
    std::function<std::shared_ptr<const intake::SourceAdapters>()> adapters = {};
    std::function<void(const std::string&)> log = {};  // one line each; or empty
    /// The clock is right as it is (clock_guard.h); empty where no gateway runs.
    std::function<void()> confirm_clock = {};
    OperatorDesk* operators = nullptr;  // nullptr: nobody is named
    std::function<void(const std::string&)> system_log = {};  // one line a command, for syslog; or empty
    ledger::Store* trial_store = nullptr;  // nullptr: there is none
    attachments::Store* trial_attachments = nullptr;
};

/// One command under way.
struct ControlCall {
    const ControlRequest& request;
    std::string operator_id;     // "uid:1000", or an operator's
    std::string second_id = {};  // who approved it; "" where no second person was wanted
    Roles role = 0;              // of a named operator

    /// Requires: an argument that the command's row names.
    const std::string& argument(const std::string& name) const { return request.arguments.at(name); }
    /// The same call by the same people, as its audit entry is to tell it. `told` must outlive what is returned.
    ControlCall as(const ControlRequest& told) const { return {told, operator_id, second_id, role}; }
};

/// ParameterInvalid: an argument is not what the command takes; it names both and no value.
base::Error wrongArgument(const ControlCall& call, const std::string& name);

/// Appends the audit entry of a command, from inside the task that has its effect.
base::Status appendAudit(ledger::Transaction& transaction, ControlServices& services, const ControlCall& call);
/// The same, and gives the entry.
base::Result<ledger::Seq> appendAuditEntry(ledger::Transaction& transaction, ControlServices& services, const ControlCall& call);
/// The same of a command that waits for a second person ("state":"asked").
base::Result<ledger::Seq> appendAsked(ledger::Transaction& transaction, ControlServices& services, const ControlCall& call);
/// Whether an audit entry tells only that the command waits for a second person: nothing was done by it.
bool isOnlyAsked(std::string_view audit_payload);
/// A request out of the payload of an audit entry. Errors: LedgerCorrupt.
base::Result<ControlRequest> requestOfAudit(std::string_view payload);

/// Files of the bundle that a reload took into force, and that wait for a restart.
struct Reloaded {
    std::vector<std::string> changed, waiting_for_restart;
};
/// Has the running gateway read everything of kReloaded anew; the command's audit entry, and the bundle where it is another, are one
/// commit. Errors: NotReady where no gateway runs; what the reload refuses.
base::Result<Reloaded> reloadFor(ControlServices& services, const ControlCall& call);

/// Whether this process can read a file that a command names: as a service the gateway sees less than who gives the command.
/// Errors: `code`, saying that it should be put into `place`.
base::Status seesFile(base::ErrorCode code, const std::string& path, const std::string& place);

struct ControlCommand {
    const char* name;
    std::vector<const char*> arguments;  // exactly these are wanted
    bool why_wanted;
    /// Gives a JSON object. Must leave an audit entry where it succeeds (or a decision entry, which tells the same).
    std::function<base::Result<std::string>(ControlServices&, const ControlCall&)> run;
    Roles roles = kSystemRole;  // any of them may
    /// Whether this very request wants a second person; empty: never.
    std::function<bool(const ControlRequest&)> wants_second = {};
    bool shown = false;  // its arguments never hold personal data: who is to approve it sees them
};
/// For ControlCommand::wants_second.
inline bool always(const ControlRequest&) { return true; }

/// What reload and SIGHUP read again, and what stays as it was read when the gateway started.
inline constexpr const char* kReloaded[] = {"partners.yaml", "operators.yaml", "sources.yaml", "sources/", "products/", "routes.yaml",
                                            "certificates, keys and CAs of listeners, signing and destinations", "revocation lists"};
inline constexpr const char* kNotReloaded[] = {"yht.yaml", "destinations.yaml", "profiles", "calendar.file"};
/// Both, for people: "reloaded 已重新加载: …; unchanged until a restart 重启后才生效: …".
std::string reloadText();

/// The commands that this room brings: reload, clock.confirm.
std::vector<ControlCommand> ownControlCommands();

/// Finds the command, checks what it was given and by whom, runs it. Thread-safety: one call at a time.
/// Errors: ParameterInvalid (no such command, an argument missing or unknown, no reason given); OperatorUnknown; OperatorRole;
/// ApprovalWanted: it waits for a second person; the command's own.
base::Result<std::string> runControl(
    std::span<const ControlCommand> table, ControlServices& services, const ControlCall& call
);

}  // namespace yht::app

#include "gateway/app/control.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "gateway/app/approvals.h"
#include "gateway/app/bundle.h"
#include "gateway/app/operators.h"
#include "gateway/base/text.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using base::ErrorCode;

base::Error wrongCall(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::ParameterInvalid, en, zh);
}

/// What is wrong with the call, if anything.
base::Status checkCall(const ControlCommand& command, const ControlRequest& request) {
    for (const char* name : command.arguments) {
        if (!request.arguments.contains(name)) {
            return wrongCall(
                std::string(command.name) + " needs " + name + ".",
                std::string(command.name) + " 缺少参数 " + name + "。"
            );
        }
    }
    if (request.arguments.size() != command.arguments.size()) {
        return wrongCall(
            std::string(command.name) + " was given an argument that it does not take.",
            std::string(command.name) + " 收到了不支持的参数。"
        );
    }
    const auto length = base::countCodePoints(request.why);
    if (!length || *length > kWhyCodePointsMax || base::hasControlCharacters(request.why)) {
        return wrongCall(
            "The reason must be plain text of at most " + std::to_string(kWhyCodePointsMax) + " characters.",
            "原因须为不超过 " + std::to_string(kWhyCodePointsMax) + " 个字符的文本。"
        );
    }
    if (command.why_wanted && request.why.empty()) {
        return wrongCall(
            "Say why: --why \"…\"; the reason is kept in the ledger.", "请用 --why 说明原因,原因将记入账本。"
        );
    }
    return {};
}

void appendSignature(std::string& out, const ControlRequest& request) {
    if (!request.signature) return;
    out += ",\"signature\":{";
    json::appendMember(out, "created_ms", request.signature->created_ms);
    json::appendMember(out, "nonce", request.signature->nonce);
    json::appendMember(out, "operator", request.signature->operator_id);
    json::appendMember(out, "value", request.signature->value);
    out += '}';
}

std::string auditPayload(const ControlCall& call, const char* state) {
    std::string out = "{\"arguments\":" + argumentsText(call.request);
    json::appendMember(out, "command", call.request.command);
    json::appendMember(out, "format", "yht-audit-1");
    json::appendMember(out, "operator", call.operator_id);
    if (!call.second_id.empty()) json::appendMember(out, "second", call.second_id);
    appendSignature(out, call.request);
    if (*state != '\0') json::appendMember(out, "state", state);
    json::appendMember(out, "why", call.request.why);
    return out + "}";
}

base::Result<ledger::Seq> appendEntry(
    ledger::Transaction& transaction, ControlServices& services, const ControlCall& call, const char* state
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Audit;
    draft.header.received_ms = services.clock.nowMillis();
    draft.header.source = call.operator_id;
    draft.payload = auditPayload(call, state);
    draft.salt = services.random.bytes(ledger::kSaltBytes);
    return transaction.append(std::move(draft));
}

/// Who gives the command, as far as roles go: nobody is asked where nobody is named, nor the kernel's own signal.
base::Result<std::optional<Operator>> callerOf(ControlServices& services, const ControlCall& call) {
    if (services.operators == nullptr || !services.operators->anyNamed() || call.operator_id == kSignalOperator) {
        return std::optional<Operator>();
    }
    auto known = services.operators->identify(call.request);
    if (!known.ok()) return std::move(known).error();
    return std::optional<Operator>(*std::move(known));
}

base::Status checkRole(const ControlCommand& command, Roles role) {
    if ((command.roles & role) != 0) return {};
    return base::makePublicError(
        ErrorCode::OperatorRole,
        std::string(command.name) + " is not for your role; it is for " + rolesText(command.roles) + ".",
        std::string("您的角色不能执行 ") + command.name + ",该命令属于:" + rolesText(command.roles) + "。"
    );
}

/// The line of the system's log: who, what, how it ended; no argument, for one may be somebody's number, and no name of a
/// command that there is not, for it is any text.
void tellSystem(
    std::span<const ControlCommand> table, ControlServices& services, const ControlCall& call, const base::Status& ended
) {
    if (!services.system_log) return;
    const std::string& name = call.request.command;
    const bool known = std::any_of(table.begin(), table.end(), [&](const ControlCommand& row) { return name == row.name; });
    services.system_log(
        "command=" + (known ? name : "-") + " operator=" + call.operator_id +
        (call.second_id.empty() ? "" : " second=" + call.second_id) +
        " result=" + (ended.ok() ? "ok" : ended.error().row().wire)
    );
}

std::string listOf(std::span<const std::string> names) {
    std::string out = "[";
    for (const auto& name : names) {
        if (out.size() > 1) out += ",";
        json::appendCanonicalString(out, name);
    }
    return out + "]";
}

std::vector<std::string> namesOf(std::span<const char* const> names) { return {names.begin(), names.end()}; }

/// The files as they are in force after a reload: those that are not read again stay what they were.
Bundle reloadedBundle(const Bundle& on_disk, const std::optional<Bundle>& before) {
    Bundle bundle = on_disk;
    if (!before) return bundle;
    for (const char* name : kNotReloaded) {
        bundle.files.erase(name);
        if (const auto old = before->files.find(name); old != before->files.end()) bundle.files.insert(*old);
    }
    return bundle;
}

/// With no gateway running the entry alone does it: the next start looks at the latest one.
base::Result<std::string> confirmClock(ControlServices& services, const ControlCall& call) {
    auto recorded = services.store.run([&](ledger::Transaction& transaction) {
        return appendAudit(transaction, services, call);
    });
    if (!recorded.ok()) return std::move(recorded).error();
    if (services.confirm_clock) services.confirm_clock();
    return std::string("{}");
}

base::Result<std::string> reload(ControlServices& services, const ControlCall& call) {
    const auto taken = reloadFor(services, call);
    if (!taken.ok()) return taken.error();
    return "{\"changed\":" + listOf(taken->changed) + ",\"not_reloaded\":" + listOf(namesOf(kNotReloaded)) +
           ",\"reloaded\":" + listOf(namesOf(kReloaded)) + ",\"waiting_for_restart\":" + listOf(taken->waiting_for_restart) + "}";
}

}  // namespace

base::Error wrongArgument(const ControlCall& call, const std::string& name) {
    const std::string& command = call.request.command;
    return wrongCall(command + ": " + name + " is wrong.", command + ":参数 " + name + " 不正确。");
}

base::Result<Reloaded> reloadFor(ControlServices& services, const ControlCall& call) {
    if (!services.reload) {
        return base::makePublicError(
            ErrorCode::NotReady, "No gateway is running; it reads its files when it starts.",
            "网关未在运行;启动时会读取配置文件。"
        );
    }
    const auto on_disk = readBundle(services.directory);
    if (!on_disk.ok()) return on_disk.error();
    if (auto done = services.reload(); !done.ok()) return std::move(done).error();
    Bundle bundle;
    Reloaded taken;
    auto recorded = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto before = bundleInForce(transaction);
        if (!before.ok()) return before.error();
        bundle = reloadedBundle(*on_disk, *before);
        taken.changed = changedFiles(before->value_or(Bundle{}), bundle);
        if (auto audited = appendAudit(transaction, services, call); !audited.ok()) return audited;
        if (taken.changed.empty()) return {};
        return appendBundle(
            transaction, bundle, call.operator_id, services.clock.nowMillis(),
            services.random.bytes(ledger::kSaltBytes)
        );
    });
    if (!recorded.ok()) return std::move(recorded).error();
    services.store.setConfigDigest(bundleDigest(bundle));
    taken.waiting_for_restart = changedFiles(bundle, *on_disk);
    return taken;
}

base::Status seesFile(base::ErrorCode code, const std::string& path, const std::string& place) {
    std::error_code none;
    if (std::filesystem::is_regular_file(path, none) && ::access(path.c_str(), R_OK) == 0) return {};
    return base::makePublicError(
        code,
        "The gateway sees no such file, or its account can't read it. As a service it sees no home directory and has a /tmp and /var/tmp of its own: "
        "put the file into " + place + ", as one of its account.",
        "网关看不到该文件,或其账号无法读取。以系统服务运行时,网关看不到用户主目录,/tmp、/var/tmp 亦为其独有:请将文件放入 " + place + ",属主设为网关账号。"
    );
}

std::string argumentsText(const ControlRequest& request) {
    std::string out = "{";
    for (const auto& [name, text] : request.arguments) json::appendMember(out, name, text);
    return out + "}";
}

std::string encodeControlRequest(const ControlRequest& request) {
    std::string out = "{\"arguments\":" + argumentsText(request);
    json::appendMember(out, "command", request.command);
    appendSignature(out, request);
    json::appendMember(out, "why", request.why);
    return out + "}";
}

base::Result<ControlRequest> decodeControlRequest(std::string_view line) {
    const auto malformed = [] {
        return base::makeError(ErrorCode::RequestMalformed, "not a control request");
    };
    const auto document = json::parse(line);
    if (!document.ok() || !document->IsObject()) return malformed();
    const rapidjson::Value* arguments = json::findMember(*document, "arguments");
    if (arguments == nullptr || !arguments->IsObject()) return malformed();
    ControlRequest request;
    request.command = json::textMember(*document, "command");
    request.why = json::textMember(*document, "why");
    for (const auto& argument : arguments->GetObject()) {
        if (!argument.value.IsString()) return malformed();
        request.arguments.emplace(argument.name.GetString(), argument.value.GetString());
    }
    if (const auto* signature = json::findMember(*document, "signature")) {
        if (!signature->IsObject()) return malformed();
        request.signature = CommandSignature{json::textMember(*signature, "operator"), json::textMember(*signature, "created_ms"),
                                             json::textMember(*signature, "nonce"), json::textMember(*signature, "value")};
    }
    return request;
}

/// A JSON list, as long as an answer may be: an answer that is cut is lost.
std::string writeFieldErrors(const std::vector<base::FieldError>& fields) {
    constexpr std::size_t kRoomBytes = kControlBytesMax / 2;
    std::string out = "[";
    for (std::size_t i = 0; i < fields.size() && out.size() < kRoomBytes; ++i) {
        out += i > 0 ? ",{" : "{";
        json::appendMember(out, "pointer", fields[i].pointer);
        json::appendMember(out, "code", fields[i].code);
        json::appendMember(out, "limit", fields[i].limit);
        json::appendMember(out, "en", fields[i].en);
        json::appendMember(out, "zh", fields[i].zh);
        out += '}';
    }
    return out + "]";
}

std::string encodeControlAnswer(const base::Result<std::string>& answer) {
    if (answer.ok()) return "{\"answer\":" + *answer + "}";
    const base::Error& error = answer.error();
    std::string out = "{\"error\":{";
    json::appendMember(out, "code", error.row().wire);
    // Whoever may use the socket may read the log: the detail says which file and line.
    json::appendMember(out, "detail", error.detail);
    json::appendMember(out, "en", error.public_en);
    json::appendMember(out, "zh", error.public_zh);
    if (!error.fields.empty()) out += ",\"fields\":" + writeFieldErrors(error.fields);
    return out + "}}";
}

base::Result<std::string> decodeControlAnswer(std::string_view line) {
    const auto unreadable = [] {
        return base::makeError(ErrorCode::PeerAnswerInvalid, "the gateway's answer can't be read");
    };
    const auto document = json::parse(line);
    if (!document.ok() || !document->IsObject()) return unreadable();
    if (const auto* answer = json::findMember(*document, "answer")) return json::write(*answer);
    const auto* error = json::findMember(*document, "error");
    if (error == nullptr || !error->IsObject()) return unreadable();
    const auto code = base::findErrorCode(json::textMember(*error, "code"));
    if (!code) return unreadable();
    base::Error told = base::makePublicError(
        *code, json::textMember(*error, "en"), json::textMember(*error, "zh"),
        json::textMember(*error, "detail")
    );
    const auto* fields = json::findMember(*error, "fields");
    if (fields == nullptr || !fields->IsArray()) return told;
    for (const auto& field : fields->GetArray()) {
        const auto text = [&](const char* name) { return json::textMember(field, name); };
        told.fields.push_back({text("pointer"), text("code"), text("limit"), text("en"), text("zh")});
    }
    return told;
}

base::Status appendAudit(
    ledger::Transaction& transaction, ControlServices& services, const ControlCall& call
) {
    auto appended = appendAuditEntry(transaction, services, call);
    return appended.ok() ? base::Status() : base::Status(std::move(appended).error());
}

base::Result<ledger::Seq> appendAuditEntry(ledger::Transaction& transaction, ControlServices& services, const ControlCall& call) {
    return appendEntry(transaction, services, call, "");
}

base::Result<ledger::Seq> appendAsked(ledger::Transaction& transaction, ControlServices& services, const ControlCall& call) {
    return appendEntry(transaction, services, call, kAskedState);
}

bool isOnlyAsked(std::string_view audit_payload) {
    const auto document = json::parse(audit_payload);
    return document.ok() && json::textMember(*document, "state") == kAskedState;
}

base::Result<ControlRequest> requestOfAudit(std::string_view payload) {
    auto request = decodeControlRequest(payload);
    if (!request.ok()) return base::makeError(ErrorCode::LedgerCorrupt, "an audit entry can't be read");
    return request;
}

std::string reloadText() {
    const auto joined = [](std::span<const char* const> files) {
        std::string text;
        for (const char* file : files) text += (text.empty() ? "" : ", ") + std::string(file);
        return text;
    };
    return "reloaded 已重新加载: " + joined(kReloaded) + "; unchanged until a restart 重启后才生效: " + joined(kNotReloaded);
}

std::vector<ControlCommand> ownControlCommands() {
    return {{"reload", {}, false, reload, kSystemRole | kSecurityRole}, {"clock.confirm", {}, true, confirmClock}};
}

namespace {

base::Result<const ControlCommand*> findCommand(std::span<const ControlCommand> table, const ControlRequest& request) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const ControlCommand& row) {
        return request.command == row.name;
    });
    if (found == table.end()) {
        return wrongCall(
            "The running gateway has no such command; is it of another version?",
            "运行中的网关没有此命令,请检查版本是否一致。"
        );
    }
    if (auto checked = checkCall(*found, request); !checked.ok()) return std::move(checked).error();
    return &*found;
}

base::Result<std::string> runChecked(std::span<const ControlCommand> table, ControlServices& services, ControlCall& call) {
    const auto row = findCommand(table, call.request);
    if (!row.ok()) return row.error();
    const auto caller = callerOf(services, call);
    if (!caller.ok()) return caller.error();
    if (!*caller) return (*row)->run(services, call);
    call.operator_id = (*caller)->id;
    call.role = (*caller)->role;
    if (auto allowed = checkRole(**row, call.role); !allowed.ok()) return std::move(allowed).error();
    if (!(*row)->wants_second || !(*row)->wants_second(call.request)) return (*row)->run(services, call);
    return withSecondPerson(services, call, [&] { return (*row)->run(services, call); });
}

}  // namespace

base::Result<std::string> runControl(
    std::span<const ControlCommand> table, ControlServices& services, const ControlCall& call
) {
    ControlCall known = call;
    auto answer = runChecked(table, services, known);
    tellSystem(table, services, known, answer.ok() ? base::Status() : base::Status(answer.error()));
    return answer;
}

}  // namespace yht::app

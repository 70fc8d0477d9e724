#include "gateway/app/control.h"

#include <algorithm>

#include "gateway/app/bundle.h"
#include "gateway/base/text.h"
#include "gateway/json/json.h"

namespace yht::app {
namespace {

using base::ErrorCode;

void member(std::string& out, std::string_view name, std::string_view text) {
    if (out.back() != '{') out += ',';
    json::appendCanonicalString(out, name);
    out += ':';
    json::appendCanonicalString(out, text);
}

std::string argumentsOf(const ControlRequest& request) {
    std::string out = "\"arguments\":{";
    for (const auto& [name, text] : request.arguments) member(out, name, text);
    return out + "}";
}

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
    std::vector<std::string> changed;
    auto recorded = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto before = bundleInForce(transaction);
        if (!before.ok()) return before.error();
        bundle = reloadedBundle(*on_disk, *before);
        changed = changedFiles(before->value_or(Bundle{}), bundle);
        if (auto audited = appendAudit(transaction, services, call); !audited.ok()) return audited;
        if (changed.empty()) return {};
        return appendBundle(
            transaction, bundle, call.operator_id, services.clock.nowMillis(),
            services.random.bytes(ledger::kSaltBytes)
        );
    });
    if (!recorded.ok()) return std::move(recorded).error();
    services.store.setConfigDigest(bundleDigest(bundle));
    return "{\"changed\":" + listOf(changed) + ",\"not_reloaded\":" + listOf(namesOf(kNotReloaded)) +
           ",\"reloaded\":" + listOf(namesOf(kReloaded)) + ",\"waiting_for_restart\":" +
           listOf(changedFiles(bundle, *on_disk)) + "}";
}

}  // namespace

std::string encodeControlRequest(const ControlRequest& request) {
    std::string out = "{" + argumentsOf(request);
    member(out, "command", request.command);
    member(out, "why", request.why);
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
    return request;
}

std::string encodeControlAnswer(const base::Result<std::string>& answer) {
    if (answer.ok()) return "{\"answer\":" + *answer + "}";
    const base::Error& error = answer.error();
    std::string out = "{\"error\":{";
    member(out, "code", error.row().wire);
    // Whoever may use the socket may read the log: the detail says which file and line.
    member(out, "detail", error.detail);
    member(out, "en", error.public_en);
    member(out, "zh", error.public_zh);
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
    return base::makePublicError(
        *code, json::textMember(*error, "en"), json::textMember(*error, "zh"),
        json::textMember(*error, "detail")
    );
}

base::Status appendAudit(
    ledger::Transaction& transaction, ControlServices& services, const ControlCall& call
) {
    ledger::EntryDraft draft;
    draft.header.type = ledger::EntryType::Audit;
    draft.header.received_ms = services.clock.nowMillis();
    draft.header.source = call.operator_id;
    draft.payload = "{" + argumentsOf(call.request);
    member(draft.payload, "command", call.request.command);
    member(draft.payload, "format", "yht-audit-1");
    member(draft.payload, "operator", call.operator_id);
    member(draft.payload, "why", call.request.why);
    draft.payload += "}";
    draft.salt = services.random.bytes(ledger::kSaltBytes);
    auto appended = transaction.append(std::move(draft));
    return appended.ok() ? base::Status() : base::Status(std::move(appended).error());
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
    return {{"reload", {}, false, reload}, {"clock.confirm", {}, true, confirmClock}};
}

base::Result<std::string> runControl(
    std::span<const ControlCommand> table, ControlServices& services, const ControlCall& call
) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const ControlCommand& row) {
        return call.request.command == row.name;
    });
    if (found == table.end()) {
        return wrongCall(
            "The running gateway has no such command; is it of another version?",
            "运行中的网关没有此命令,请检查版本是否一致。"
        );
    }
    if (auto checked = checkCall(*found, call.request); !checked.ok()) return std::move(checked).error();
    return found->run(services, call);
}

}  // namespace yht::app

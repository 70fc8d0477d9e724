#include "gateway/app/control_attachments.h"

#include <charconv>

#include "gateway/intake/attach/source_attachments.h"

namespace yht::app {
namespace {

using base::ErrorCode;

base::Error notThere(const std::string& id) {
    return base::makePublicError(
        ErrorCode::NotFound, "No attachment " + id + " of a source waits.", "没有编号为 " + id + " 的待处理来源附件。"
    );
}

base::Result<std::string> decide(ControlServices& services, const ControlCall& call, const char* state) {
    const std::string& text = call.argument("id");
    std::uint64_t id = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (code != std::errc{} || end != text.data() + text.size() || id == 0) return notThere(text);
    const auto done = services.store.run([&](ledger::Transaction& transaction) -> base::Status {
        auto rows = transaction.sourceAttachments({.after_id = id - 1}, 1);
        const bool open = !rows.empty() && rows[0].id == id && rows[0].state != intake::kAttachmentDiscarded;
        if (!open) return notThere(text);
        rows[0].state = state;
        rows[0].attempts = 0;
        rows[0].next_ms = 0;
        if (auto renewed = transaction.renewSourceAttachment(rows[0]); !renewed.ok()) return renewed;
        return appendAudit(transaction, services, call);
    });
    if (!done.ok()) return done.error();
    return "{\"id\":" + std::to_string(id) + ",\"state\":\"" + state + "\"}";
}

}  // namespace

std::vector<ControlCommand> attachmentCommands() {
    const auto command = [](const char* state) {
        return [state](ControlServices& services, const ControlCall& call) { return decide(services, call, state); };
    };
    return {{kRetryAttachment, {"id"}, true, command(ledger::kAttachmentPending)},
            {kDiscardAttachment, {"id"}, true, command(intake::kAttachmentDiscarded), kSystemRole, always}};
}

}  // namespace yht::app

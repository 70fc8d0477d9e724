#include "gateway/app/opened_attachments.h"

#include <algorithm>

#include "gateway/app/deployment.h"
#include "gateway/intake/admission/visibility.h"
#include "gateway/ticket/record_json.h"

namespace yht::app {
namespace {

/// Of the given digests, those that no record names any more.
base::Result<std::vector<std::string>> unnamedOf(
    ledger::Store& ledger, const std::vector<std::string>& digests
) {
    auto snapshot = ledger.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    std::vector<std::string> unnamed;
    for (const auto& digest : digests) {
        if ((*snapshot)->attachmentNames(digest, 1).empty()) unnamed.push_back(digest);
    }
    return unnamed;
}

}  // namespace

base::Result<std::unique_ptr<attachments::Store>> openAttachments(
    const Config& config, ledger::Store& ledger, base::Random& random
) {
    auto kek = readKek(config.text("ledger.kek"));
    if (!kek.ok()) return std::move(kek).error();
    auto opened = attachments::Store::open(
        {.directory = config.text("ledger.directory") + "/attachments",
         .kek = *std::move(kek),
         .random = random,
         .bytes_max = static_cast<std::uint64_t>(config.integer("attachments.bytes_max")),
         .total_bytes_max = static_cast<std::uint64_t>(config.integer("attachments.total_bytes_max")),
         .uploads_max = static_cast<std::size_t>(config.integer("attachments.uploads_max")),
         .scan = {.program = config.text("attachments.scan_program"),
                  .deadline_ms = config.integer("attachments.scan_deadline_ms")}}
    );
    if (!opened.ok()) return opened;
    if (auto gone = destroyUnnamed(**opened, ledger, {}); !gone.ok()) return std::move(gone).error();
    return opened;
}

base::Status noteAttachmentsOf(
    attachments::Store& attachments, ledger::Store& ledger, const std::string& ticket_no
) {
    auto snapshot = ledger.snapshot();
    if (!snapshot.ok()) return std::move(snapshot).error();
    std::vector<std::string> digests;
    for (const ledger::Seq seq : (*snapshot)->ticketEntries(ticket_no)) {
        // What can't be read can be erased all the same.
        const auto entry = (*snapshot)->entry(seq);
        if (!entry.ok() || entry->header.type != ledger::EntryType::Record) continue;
        const auto record = ticket::fromCanonicalText(entry->payload);
        if (!record.ok()) continue;
        for (auto& digest : ticket::namedAttachments(*record)) digests.push_back(std::move(digest));
    }
    return attachments.noteErasing(digests);
}

base::Result<std::size_t> destroyUnnamed(
    attachments::Store& attachments, ledger::Store& ledger, std::vector<std::string> unnamed
) {
    const auto noted = attachments.erasing();
    if (!noted.ok()) return noted.error();
    unnamed.insert(unnamed.end(), noted->begin(), noted->end());
    std::sort(unnamed.begin(), unnamed.end());
    unnamed.erase(std::unique(unnamed.begin(), unnamed.end()), unnamed.end());
    // Asked anew: a record that came since may name one of them.
    const auto doomed = unnamedOf(ledger, unnamed);
    if (!doomed.ok()) return doomed.error();
    for (const auto& digest : *doomed) {
        if (auto gone = attachments.destroy(digest); !gone.ok()) return std::move(gone).error();
    }
    for (const auto& digest : *noted) {
        if (auto spared = attachments.spare(digest); !spared.ok()) return std::move(spared).error();
    }
    return doomed->size();
}

kit::ContentFinder contentsOf(
    const attachments::Store& attachments, ledger::Store& ledger, const trust::TrustHolder& trust
) {
    return [&](std::uint64_t seq, const std::string& digest) -> base::Result<kit::OutboundContent> {
        auto snapshot = ledger.snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        const auto brought = [&](const std::string& partner_id) {
            return attachments.broughtBy(digest, partner_id);
        };
        if (!intake::speakerOf(**snapshot, *trust.current(), seq, brought)) {
            return base::makeError(base::ErrorCode::NotFound);
        }
        auto found = attachments.find(digest);
        if (!found.ok()) return std::move(found).error();
        const auto reader = std::make_shared<attachments::SealedReader>(*std::move(found));
        const auto offset = std::make_shared<std::uint64_t>(0);
        return kit::OutboundContent{
            .media_type = reader->facts().media_type,
            .bytes = {.size_bytes = reader->facts().size_bytes, .next = [reader, offset] {
                          auto piece = reader->read(*offset, attachments::kChunkBytes);
                          if (piece.ok()) *offset += piece->size();
                          return piece;
                      }}};
    };
}

}  // namespace yht::app

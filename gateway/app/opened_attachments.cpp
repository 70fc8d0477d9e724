#include "gateway/app/opened_attachments.h"

#include <algorithm>

#include "gateway/app/deployment.h"
#include "gateway/intake/admission/visibility.h"

namespace yht::app {
namespace {

constexpr std::size_t kNamesJudgedMax = 1'000'000;  // with more, nobody's mark goes

base::Result<std::unique_ptr<attachments::Store>> openIn(
    const std::string& directory, std::int64_t total_bytes_max, const Config& config,
    ledger::Store& ledger, const RegistrySource& registry, base::Random& random, const base::Clock& clock
) {
    auto kek = readKeks(config);
    if (!kek.ok()) return std::move(kek).error();
    auto opened = attachments::Store::open(
        {.directory = directory + "/attachments",
         .kek = *std::move(kek),
         .random = random,
         .clock = clock,
         .bytes_max = static_cast<std::uint64_t>(config.integer("attachments.bytes_max")),
         .total_bytes_max = static_cast<std::uint64_t>(total_bytes_max),
         .uploads_max = static_cast<std::size_t>(config.integer("attachments.uploads_max")),
         .scan = {.program = config.text("attachments.scan_program"),
                  .deadline_ms = config.integer("attachments.scan_deadline_ms")}}
    );
    if (!opened.ok()) return opened;
    if (auto gone = endErasing(**opened, ledger, registry); !gone.ok()) return std::move(gone).error();
    return opened;
}

}  // namespace

base::Result<std::unique_ptr<attachments::Store>> openAttachments(
    const Config& config, ledger::Store& ledger, const RegistrySource& registry, base::Random& random,
    const base::Clock& clock
) {
    return openIn(
        config.text("ledger.directory"), config.integer("attachments.total_bytes_max"), config, ledger,
        registry, random, clock
    );
}

base::Result<std::unique_ptr<attachments::Store>> openTrialAttachments(
    const Config& config, ledger::Store& ledger, const RegistrySource& registry, base::Random& random,
    const base::Clock& clock
) {
    const auto bytes_max =
        std::min(config.integer("attachments.total_bytes_max"), config.integer("trial.bytes_max"));
    return openIn(config.text("trial.directory"), bytes_max, config, ledger, registry, random, clock);
}

base::Status noteErasing(
    attachments::Store& attachments, const RegistrySource& registry, ledger::View& view,
    const std::vector<ledger::NamedAttachment>& named
) {
    if (named.empty()) return {};
    const auto partners = registry();
    if (!partners.ok()) return partners.error();
    std::vector<attachments::Brought> marks;
    for (const auto& [digest, seq] : named) {
        const auto note = [&, &name = digest](const std::string& partner_id) {
            marks.push_back({name, partner_id});
            return false;  // the next one, where there are several
        };
        static_cast<void>(intake::speakerOf(view, **partners, seq, note));
    }
    return attachments.noteErasing(marks);
}

base::Result<std::size_t> endErasing(
    attachments::Store& attachments, ledger::Store& ledger, const RegistrySource& registry
) {
    const auto noted = attachments.erasing();
    if (!noted.ok()) return noted.error();
    if (noted->empty()) return std::size_t{0};
    const auto partners = registry();
    if (!partners.ok()) return partners.error();
    std::size_t destroyed = 0;
    for (const auto& digest : *noted) {
        const auto gone = endErasing(attachments, ledger, **partners, digest);
        if (!gone.ok()) return gone.error();
        if (*gone) ++destroyed;
    }
    return destroyed;
}

base::Result<bool> endErasing(
    attachments::Store& attachments, ledger::Store& ledger, const trust::TrustSnapshot& registry, const std::string& digest
) {
    bool gone = false;
    // On the writer's thread, though files are synced there: so no record that names the digest comes
    // between the question and its effect. An erasure is rare, and its files are few.
    const auto judged = ledger.run([&](ledger::Transaction& transaction) -> base::Status {
        const auto ended = attachments.endErasing(digest, [&](const attachments::PartnerTest& is) {
            return isNamedBy(transaction, registry, digest, is);
        });
        if (!ended.ok()) return ended.error();
        gone = gone || *ended;
        return {};
    });
    if (!judged.ok()) return judged.error();
    return gone;
}

bool isNamedBy(
    ledger::View& view, const trust::TrustSnapshot& registry, const std::string& digest,
    const attachments::PartnerTest& is
) {
    const auto names = view.attachmentNames(digest, kNamesJudgedMax);
    if (names.size() >= kNamesJudgedMax) return true;
    return std::any_of(names.begin(), names.end(), [&](const ledger::AttachmentName& name) {
        return intake::speakerOf(view, registry, name.seq, is);
    });
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

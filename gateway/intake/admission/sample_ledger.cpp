#include "gateway/intake/admission/sample_ledger.h"

#include <cstdlib>
#include <filesystem>

#include "gateway/intake/admission/source_messages.h"
#include "gateway/ledger/store/sqlite_store.h"
#include "gateway/trust/operator_message.h"

namespace yht::intake {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLaterMillis = 3'600'000;
constexpr std::size_t kReserveBytes = 4096;
constexpr std::size_t kKekBytes = 32;
constexpr const char* kKeyName = "yht.sample/000000/1";
constexpr const char* kAnyRegion = "000000";
constexpr const char* kCentre = "the-city's-centre";  // no source is called so

/// The source as it acts once it is live: drafts and shadow runs make no records.
class LiveAdapter final : public kit::Adapter {
public:
    explicit LiveAdapter(const kit::Adapter& real) : real_(real), manifest_(real.manifest()) {
        manifest_.lifecycle = kit::Lifecycle::Live;
    }
    const kit::Manifest& manifest() const override { return manifest_; }
    const std::string& version() const override { return real_.version(); }
    base::Status adapt(
        std::string_view message, const kit::MessageContext& context, const std::vector<kit::ItemPatch>& patches,
        const kit::AdaptedSink& sink
    ) const override {
        return real_.adapt(message, context, patches, sink);
    }

private:
    const kit::Adapter& real_;
    kit::Manifest manifest_;
};

trust::TrustSnapshot registryOf(const kit::Manifest& manifest) {
    trust::Source own, centre;
    own.id = manifest.source;
    own.region = manifest.region.empty() ? kAnyRegion : manifest.region;
    centre.id = kCentre;
    centre.region = own.region;
    centre.is_centre = true;
    return trust::TrustSnapshot({}, {own, centre});
}

/// Empty, and gone with it.
class SampleLedger {
public:
    explicit SampleLedger(base::UnixMillis now_ms) : clock_(now_ms) {}
    ~SampleLedger() {
        store_.reset();
        std::error_code ignored;
        if (!folder_.empty()) fs::remove_all(folder_, ignored);
    }
    SampleLedger(const SampleLedger&) = delete;
    SampleLedger& operator=(const SampleLedger&) = delete;

    base::Status open() {
        std::error_code failed;
        std::string folder = (fs::temp_directory_path(failed) / "yht-sample-XXXXXX").string();
        if (::mkdtemp(folder.data()) == nullptr) return base::makeError(base::ErrorCode::IoFailed, folder);
        folder_ = folder;
        auto key = crypto::PrivateKey::generate(crypto::SignatureAlgorithm::Ed25519);
        if (!key.ok()) return std::move(key).error();
        auto store = ledger::SqliteStore::open(
            {.path = (folder_ / "ledger.db").string(),
             .kek = random_.bytes(kKekBytes),
             .log_key = *std::move(key),
             .key_name = kKeyName,
             .origin = kKeyName,
             .clock = clock_,
             .random = random_,
             .reserve_bytes = kReserveBytes,
             .on_notice = [](const std::string&) {}}
        );
        if (!store.ok()) return std::move(store).error();
        store_ = *std::move(store);
        return {};
    }
    base::Result<ledger::SourceAccount> take(const kit::Adapter& adapter, const std::string& bytes, const kit::MessageContext& context) {
        auto message =
            trust::OperatorMessages::make(registryOf(adapter.manifest()), adapter.manifest().source, bytes, clock_.nowMillis());
        if (!message.ok()) return std::move(message).error();
        SourceMessages messages(*store_, random_, {});
        const auto done = messages.submitMessage(
            *message, adapter, {.content_type = context.content_type, .file_name = context.file_name, .origin = context.origin}
        );
        if (!done.ok()) return done.error();
        return done->account;
    }
    base::Result<ledger::Seq> entries() {
        auto snapshot = store_->snapshot();
        if (!snapshot.ok()) return std::move(snapshot).error();
        return (*snapshot)->lastSeq();
    }
    void letTimePass() { clock_.advance(kLaterMillis); }

private:
    base::ManualClock clock_;
    base::SystemRandom random_;
    fs::path folder_;
    std::unique_ptr<ledger::SqliteStore> store_;
};

}  // namespace

base::Result<kit::CameTwice> comesTwice(
    const kit::Adapter& adapter, const std::string& message, const kit::MessageContext& context
) {
    const LiveAdapter live(adapter);
    SampleLedger ledger(context.received_ms);
    if (auto opened = ledger.open(); !opened.ok()) return std::move(opened).error();
    const auto first = ledger.take(live, message, context);
    if (!first.ok()) return first.error();
    const auto before = ledger.entries();
    if (!before.ok()) return before.error();
    ledger.letTimePass();
    const auto again = ledger.take(live, message, context);
    if (!again.ok()) return again.error();
    const auto after = ledger.entries();
    if (!after.ok()) return after.error();
    return kit::CameTwice{
        .received = first->received,
        .accepted = first->accepted,
        .again_received = again->received,
        .again_new = again->received - again->duplicate,
        .again_entries = *after - *before};
}

}  // namespace yht::intake

// Many pulled sources with nothing new: what asking them costs the gateway. Each is one of the shipped ones under a number of its
// own, over its own way: an SFTP server, a folder, a database over ODBC, a board over HTTPS, on this machine.
#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tools/bench/measuring.h"
#include "tools/stage/port_lease.h"
#include "tools/stage/process.h"

namespace yht::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWays[] = {"zz-hetang", "zz-12348", "zz-12319", "zz-zhizhuxia"};
constexpr int kSettleMillis = 10'000;  // first pulls, connections, the start itself

void awaitPort(std::uint16_t port) {
    for (int i = 0; i < 1'000; ++i) {
        try {
            Poco::Net::StreamSocket socket;
            socket.connect(Poco::Net::SocketAddress("127.0.0.1", port), Poco::Timespan(1, 0));
            return;
        } catch (const Poco::Exception&) {
            ::poll(nullptr, 0, 20);
        }
    }
    throw Invalid("a server of the sources does not listen");
}

std::string contentOf(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) throw Invalid("a shipped source has no: " + from);
    text.replace(at, from.size(), to);
}

/// The servers that sources have, and the deployment's files of them.
class PulledSources {
public:
    PulledSources(const Bed& bed, std::size_t count, std::int64_t every_s) : deployment_(bed.deployment()), world_(deployment_ + "/../world") {
        const auto text = [](std::uint16_t port) { return std::to_string(port); };
        const std::string tools = YHT_SOURCE_DIR "/tools/";
        const std::string pki = deployment_ + "/../pki";
        const auto made = stage::runToEnd(
            {tools + "dev-sources", deployment_, pki, world_, text(channels_port_), text(serve_port_), text(sftp_port_)}, log("sources")
        );
        if (made.exit_code != 0) throw Invalid("tools/dev-sources failed: " + log("sources"));
        for (std::size_t i = 0; i < count; ++i) copySource(kWays[i % std::size(kWays)], i, every_s);
        // Those that they were copied from are asked once a second: they are not what is measured.
        for (const char* shipped : {"zz-hetang", "zz-12348", "zz-12319", "zz-zhizhuxia", "bj-12355", "zz-shifeng"}) retire(shipped);
        sftp_ = stage::Child({tools + "dev-sftp", world_ + "/ssh", text(sftp_port_), "--serve"}, log("sftp"));
        serving_ = stage::Child(
            {YHT_BINARY_DIR "/bin/sources-sim", "serve", "--port", text(serve_port_), "--cert", pki + "/sources.pem", "--key", pki + "/sources.key",
             "--app-key", contentOf(world_ + "/zz-zhizhuxia.key").substr(0, 32), "--data", world_ + "/home.sqlite", "--connection",
             "Driver=SQLite3;Database=" + world_ + "/exchange.db"},
            log("serving")
        );
        awaitPort(sftp_port_);
        awaitPort(serve_port_);
    }
    ~PulledSources() {
        serving_.stop(SIGTERM);
        sftp_.stop(SIGTERM);
    }
    double cpuSeconds() const { return useOf(serving_.pid()).cpu_s + useOf(sftp_.pid()).cpu_s; }

private:
    std::string log(const std::string& name) const { return deployment_ + "/../" + name + ".log"; }

    void copySource(const std::string& from, std::size_t number, std::int64_t every_s) const {
        const std::string id = from + "-" + std::to_string(number);
        fs::copy(deployment_ + "/sources/" + from, deployment_ + "/sources/" + id, fs::copy_options::recursive);
        const std::string path = deployment_ + "/sources/" + id + "/source.yaml";
        std::string manifest = contentOf(path);
        replace(manifest, "id: " + from, "id: " + id);
        if (const std::size_t at = manifest.find("\nresults:"); at != manifest.npos) manifest.resize(at + 1);  // the last section: not what is measured
        replace(manifest, "  every_s: 1\n", every_s == 0 ? "" : "  every_s: " + std::to_string(every_s) + "\n");
        std::ofstream(path, std::ios::binary) << manifest;
        std::ofstream(deployment_ + "/sources.yaml", std::ios::app) << "  - {id: " << id << ", name: " << id << ", region: \"430200\"}\n";
        std::ofstream(deployment_ + "/partners.yaml", std::ios::app)
            << "  - {id: " << id << ", name: " << id << ", stage: live, sources: [" << id << "], rights: [submit_own], certificates: []}\n";
    }

    void retire(const std::string& source) const {
        const std::string path = deployment_ + "/sources/" + source + "/source.yaml";
        std::string manifest = contentOf(path);
        replace(manifest, "lifecycle: live", "lifecycle: retired");
        std::ofstream(path, std::ios::binary) << manifest;
    }

    const std::string deployment_, world_;
    const stage::PortLease channels_port_, serve_port_, sftp_port_;
    stage::Child sftp_, serving_;
};

}  // namespace

Report measureSources(const Options& options) {
    Report report("pulled sources with nothing new: CPU of the gateway");
    for (std::size_t turn = 0; turn < options.runs; ++turn) {
        beginRun(turn, options, report);
        Bed bed({.work = options.work, .routes = true});
        const PulledSources sources(bed, options.sources, options.every_s);
        bed.startGateway();
        ::poll(nullptr, 0, kSettleMillis);
        const double before = bed.gatewayUse().cpu_s, far_before = sources.cpuSeconds();
        ::poll(nullptr, 0, static_cast<int>(options.seconds * 1'000));
        const double used = bed.gatewayUse().cpu_s - before;
        report.add("sources", "", static_cast<double>(options.sources));
        report.add("gateway CPU, of one core", "%", used / options.seconds * 100, "< 10");
        report.add("gateway CPU, a source and minute", "ms", used * 1e3 / static_cast<double>(options.sources) / options.seconds * 60);
        report.add("the sources' servers beside it, of one core", "%", (sources.cpuSeconds() - far_before) / options.seconds * 100);
        addMemory(bed, report);
        bed.stopGateway();
    }
    return report;
}

}  // namespace yht::bench

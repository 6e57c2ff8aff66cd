// GET /metrics: the daemon in numbers, in the text form that Prometheus reads.
#include "daemon/local/api/handlers.hpp"
#include "daemon/local/api/metrics_page.hpp"

#include <prometheus/text_serializer.h>

namespace tokenward::local {

// Whatever the caller accepts: a scraper asks for newer forms first, and takes this one.
void show_metrics(const call& c) {
    if (auto good = c.path.allow_only({}); !good) return c.fail(good.error());
    const std::string page = prometheus::TextSerializer().Serialize(metric_families(c));
    c.connection.answer(build_response(
        {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = page, .head = c.head()},
        c.now.wall));
}

} // namespace tokenward::local

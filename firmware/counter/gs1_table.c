// SPDX-License-Identifier: Apache-2.0
/* The table of Application Identifiers. Its facts are those of the GS1 Barcode Syntax Dictionary
 * (https://github.com/gs1/gs1-syntax-dictionary, Apache-2.0), put into another form. */
#include <string.h>

#include "firmware/counter/gs1.h"

#define MEASURES  "30,31nn,32nn,35nn,36nn"
#define COUNTRIES "n3 ?n3 ?n3 ?n3 ?n3"

static const struct gs1_ai table[] = {
	{ 0, 0, 2, "n18c", NULL, NULL, "" },
	{ 1, 1, 2, "n14c", NULL, "02,255,37", "22,10,21|235" },
	{ 2, 2, 2, "n14c", "37", NULL, NULL },
	{ 3, 3, 2, "n14c", NULL, "01,02,37", NULL },
	{ 10, 10, 2, "x1-20", NULL, NULL, NULL },
	{ 11, 13, 2, "n6d", NULL, NULL, NULL },
	{ 15, 17, 2, "n6d", NULL, NULL, NULL },
	{ 20, 20, 2, "n2", NULL, NULL, NULL },
	{ 21, 21, 2, "x1-20", NULL, "235", NULL },
	{ 22, 22, 2, "x1-20", NULL, NULL, NULL },
	{ 235, 235, 3, "x1-28", NULL, NULL, NULL },
	{ 240, 241, 3, "x1-30", NULL, NULL, NULL },
	{ 242, 242, 3, "n1-6", NULL, NULL, NULL },
	{ 243, 243, 3, "x1-20", NULL, NULL, NULL },
	{ 250, 251, 3, "x1-30", NULL, NULL, NULL },
	{ 253, 253, 3, "n13c ?x1-17", NULL, NULL, "" },
	{ 254, 254, 3, "x1-20", "414", NULL, NULL },
	{ 255, 255, 3, "n13c ?n1-12", NULL, "01,02,415,8006,8020,8026", "" },
	{ 30, 30, 2, "n1-8", NULL, NULL, NULL },
	{ 3100, 3105, 4, "n6", NULL, "310n", NULL },
	{ 3110, 3115, 4, "n6", NULL, "311n", NULL },
	{ 3120, 3125, 4, "n6", NULL, "312n", NULL },
	{ 3130, 3135, 4, "n6", NULL, "313n", NULL },
	{ 3140, 3145, 4, "n6", NULL, "314n", NULL },
	{ 3150, 3155, 4, "n6", NULL, "315n", NULL },
	{ 3160, 3165, 4, "n6", NULL, "316n", NULL },
	{ 3200, 3205, 4, "n6", NULL, "320n", NULL },
	{ 3210, 3215, 4, "n6", NULL, "321n", NULL },
	{ 3220, 3225, 4, "n6", NULL, "322n", NULL },
	{ 3230, 3235, 4, "n6", NULL, "323n", NULL },
	{ 3240, 3245, 4, "n6", NULL, "324n", NULL },
	{ 3250, 3255, 4, "n6", NULL, "325n", NULL },
	{ 3260, 3265, 4, "n6", NULL, "326n", NULL },
	{ 3270, 3275, 4, "n6", NULL, "327n", NULL },
	{ 3280, 3285, 4, "n6", NULL, "328n", NULL },
	{ 3290, 3295, 4, "n6", NULL, "329n", NULL },
	{ 3300, 3305, 4, "n6", NULL, "330n", NULL },
	{ 3310, 3315, 4, "n6", NULL, "331n", NULL },
	{ 3320, 3325, 4, "n6", NULL, "332n", NULL },
	{ 3330, 3335, 4, "n6", NULL, "333n", NULL },
	{ 3340, 3345, 4, "n6", NULL, "334n", NULL },
	{ 3350, 3355, 4, "n6", NULL, "335n", NULL },
	{ 3360, 3365, 4, "n6", NULL, "336n", NULL },
	{ 3370, 3375, 4, "n6", NULL, "337n", NULL },
	{ 3400, 3405, 4, "n6", NULL, "340n", NULL },
	{ 3410, 3415, 4, "n6", NULL, "341n", NULL },
	{ 3420, 3425, 4, "n6", NULL, "342n", NULL },
	{ 3430, 3435, 4, "n6", NULL, "343n", NULL },
	{ 3440, 3445, 4, "n6", NULL, "344n", NULL },
	{ 3450, 3455, 4, "n6", NULL, "345n", NULL },
	{ 3460, 3465, 4, "n6", NULL, "346n", NULL },
	{ 3470, 3475, 4, "n6", NULL, "347n", NULL },
	{ 3480, 3485, 4, "n6", NULL, "348n", NULL },
	{ 3490, 3495, 4, "n6", NULL, "349n", NULL },
	{ 3500, 3505, 4, "n6", NULL, "350n", NULL },
	{ 3510, 3515, 4, "n6", NULL, "351n", NULL },
	{ 3520, 3525, 4, "n6", NULL, "352n", NULL },
	{ 3530, 3535, 4, "n6", NULL, "353n", NULL },
	{ 3540, 3545, 4, "n6", NULL, "354n", NULL },
	{ 3550, 3555, 4, "n6", NULL, "355n", NULL },
	{ 3560, 3565, 4, "n6", NULL, "356n", NULL },
	{ 3570, 3575, 4, "n6", NULL, "357n", NULL },
	{ 3600, 3605, 4, "n6", NULL, "360n", NULL },
	{ 3610, 3615, 4, "n6", NULL, "361n", NULL },
	{ 3620, 3625, 4, "n6", NULL, "362n", NULL },
	{ 3630, 3635, 4, "n6", NULL, "363n", NULL },
	{ 3640, 3645, 4, "n6", NULL, "364n", NULL },
	{ 3650, 3655, 4, "n6", NULL, "365n", NULL },
	{ 3660, 3665, 4, "n6", NULL, "366n", NULL },
	{ 3670, 3675, 4, "n6", NULL, "367n", NULL },
	{ 3680, 3685, 4, "n6", NULL, "368n", NULL },
	{ 3690, 3695, 4, "n6", NULL, "369n", NULL },
	{ 37, 37, 2, "n1-8", "02,8026", NULL, NULL },
	{ 3900, 3909, 4, "n1-15", "255,8020", "390n,391n,394n,8111", NULL },
	{ 3910, 3919, 4, "n3 n1-15", "8020", "391n", NULL },
	{ 3920, 3929, 4, "n1-15", "01 " MEASURES, "392n,393n", NULL },
	{ 3930, 3939, 4, "n3 n1-15", MEASURES, "393n", NULL },
	{ 3940, 3943, 4, "n4", "255", "394n,8111", NULL },
	{ 3950, 3955, 4, "n6", MEASURES, "392n,393n,395n,8005", NULL },
	{ 400, 400, 3, "x1-30", NULL, NULL, NULL },
	{ 401, 401, 3, "x1-30", NULL, NULL, "" },
	{ 402, 402, 3, "n17c", NULL, NULL, "" },
	{ 403, 403, 3, "x1-30", NULL, NULL, NULL },
	{ 410, 413, 3, "n13c", NULL, NULL, NULL },
	{ 414, 414, 3, "n13c", NULL, NULL, "254|7040" },
	{ 415, 415, 3, "n13c", "8020", NULL, "8020" },
	{ 416, 416, 3, "n13c", NULL, NULL, NULL },
	{ 417, 417, 3, "n13c", NULL, NULL, "7040" },
	{ 420, 420, 3, "x1-20", NULL, "421", NULL },
	{ 421, 421, 3, "n3 x1-9", NULL, "4307", NULL },
	{ 422, 422, 3, "n3", NULL, "426", NULL },
	{ 423, 423, 3, COUNTRIES, NULL, "426", NULL },
	{ 424, 424, 3, "n3", NULL, "426", NULL },
	{ 425, 425, 3, COUNTRIES, NULL, "426", NULL },
	{ 426, 426, 3, "n3", NULL, NULL, NULL },
	{ 427, 427, 3, "x1-3", NULL, NULL, NULL },
	{ 4300, 4301, 4, "x1-35", NULL, NULL, NULL },
	{ 4302, 4306, 4, "x1-70", NULL, NULL, NULL },
	{ 4307, 4307, 4, "x2", NULL, NULL, NULL },
	{ 4308, 4308, 4, "x1-30", NULL, NULL, NULL },
	{ 4309, 4309, 4, "n10 n10", NULL, NULL, NULL },
	{ 4310, 4311, 4, "x1-35", NULL, NULL, NULL },
	{ 4312, 4316, 4, "x1-70", NULL, NULL, NULL },
	{ 4317, 4317, 4, "x2", NULL, NULL, NULL },
	{ 4318, 4318, 4, "x1-20", NULL, NULL, NULL },
	{ 4319, 4319, 4, "x1-30", NULL, NULL, NULL },
	{ 4320, 4320, 4, "x1-35", NULL, NULL, NULL },
	{ 4321, 4323, 4, "n1b", NULL, NULL, NULL },
	{ 4324, 4325, 4, "n6d n4t", NULL, NULL, NULL },
	{ 4326, 4326, 4, "n6D", NULL, NULL, NULL },
	{ 4330, 4330, 4, "n6 ?x1m", NULL, "4331", NULL },
	{ 4331, 4331, 4, "n6 ?x1m", NULL, "4330", NULL },
	{ 4332, 4332, 4, "n6 ?x1m", NULL, "4333", NULL },
	{ 4333, 4333, 4, "n6 ?x1m", NULL, "4332", NULL },
	{ 7001, 7001, 4, "n13", NULL, NULL, NULL },
	{ 7002, 7002, 4, "x1-30", NULL, NULL, NULL },
	{ 7003, 7003, 4, "n6D n4t", NULL, NULL, NULL },
	{ 7004, 7004, 4, "n1-4", NULL, NULL, NULL },
	{ 7005, 7005, 4, "x1-12", NULL, NULL, NULL },
	{ 7006, 7006, 4, "n6D", NULL, NULL, NULL },
	{ 7007, 7007, 4, "n6D ?n6D", NULL, NULL, NULL },
	{ 7008, 7008, 4, "x1-3", NULL, NULL, NULL },
	{ 7009, 7009, 4, "x1-10", NULL, NULL, NULL },
	{ 7010, 7010, 4, "x1-2", NULL, NULL, NULL },
	{ 7011, 7011, 4, "n6D ?n4t", NULL, NULL, NULL },
	{ 7020, 7022, 4, "x1-20", NULL, NULL, NULL },
	{ 7023, 7023, 4, "x1-30", NULL, NULL, NULL },
	{ 7030, 7039, 4, "n3 x1-27", NULL, NULL, NULL },
	{ 7040, 7040, 4, "n1 x1 x1 x1", NULL, NULL, NULL },
	{ 7041, 7041, 4, "x1-4", NULL, NULL, NULL },
	{ 710, 716, 3, "x1-20", NULL, NULL, NULL },
	{ 7230, 7239, 4, "x2 x1-28", NULL, NULL, NULL },
	{ 7240, 7240, 4, "x1-20", NULL, NULL, NULL },
	{ 7241, 7241, 4, "n2", NULL, NULL, NULL },
	{ 7242, 7242, 4, "x1-25", NULL, NULL, NULL },
	{ 7250, 7250, 4, "n8y", NULL, "7251", NULL },
	{ 7251, 7251, 4, "n8y n4t", NULL, "7250", NULL },
	{ 7252, 7252, 4, "n1", NULL, NULL, NULL },
	{ 7253, 7254, 4, "x1-40", NULL, "7256,7259", NULL },
	{ 7255, 7255, 4, "x1-10", NULL, "7256,7259", NULL },
	{ 7256, 7256, 4, "x1-90", NULL, NULL, NULL },
	{ 7257, 7257, 4, "x1-70", NULL, NULL, NULL },
	{ 7258, 7258, 4, "x3", NULL, NULL, NULL },
	{ 7259, 7259, 4, "x1-40", NULL, "7256", NULL },
	{ 8001, 8001, 4, "n4p n5p n3p n1 n1", NULL, NULL, NULL },
	{ 8002, 8002, 4, "x1-20", NULL, NULL, NULL },
	{ 8003, 8003, 4, "n1o n13c ?x1-16", NULL, NULL, "" },
	{ 8004, 8004, 4, "x1-30", NULL, NULL, "7040" },
	{ 8005, 8005, 4, "n6", NULL, NULL, NULL },
	{ 8006, 8006, 4, "n14c n4p", NULL, "01,37", "22,10,21" },
	{ 8007, 8007, 4, "x1-34", NULL, NULL, NULL },
	{ 8008, 8008, 4, "n8h ?n2-4s", NULL, NULL, NULL },
	{ 8009, 8009, 4, "x1-50", NULL, NULL, NULL },
	{ 8010, 8010, 4, "y1-30", NULL, NULL, "8011" },
	{ 8011, 8011, 4, "n1-12", NULL, NULL, NULL },
	{ 8012, 8012, 4, "x1-20", NULL, NULL, NULL },
	{ 8013, 8013, 4, "x1-25", NULL, NULL, "" },
	{ 8014, 8014, 4, "x1-25", NULL, NULL, NULL },
	{ 8017, 8017, 4, "n18c", NULL, "8018", "8019" },
	{ 8018, 8018, 4, "n18c", NULL, "8017", "8019" },
	{ 8019, 8019, 4, "n1-10", NULL, NULL, NULL },
	{ 8020, 8020, 4, "x1-25", "415", NULL, NULL },
	{ 8026, 8026, 4, "n14c n4p", "37", "02,8006", NULL },
	{ 8030, 8030, 4, "z1-90", NULL, NULL, NULL },
	{ 8110, 8110, 4, "x1-70", NULL, NULL, NULL },
	{ 8111, 8111, 4, "n4", "255", NULL, NULL },
	{ 8112, 8112, 4, "x1-70", NULL, NULL, NULL },
	{ 8200, 8200, 4, "x1-70", NULL, NULL, NULL },
	{ 90, 90, 2, "x1-30", NULL, NULL, NULL },
	{ 91, 99, 2, "x1-90", NULL, NULL, NULL },
};

const struct gs1_ai *gs1_ai_find(struct slice text)
{
	unsigned ai = 0;
	size_t n = 0;

	/* No AI begins like another, so the first that fits is the one. */
	while (n < text.n && n < 4 && text.p[n] >= '0' && text.p[n] <= '9') {
		ai = ai * 10 + (unsigned)(text.p[n++] - '0');
		for (size_t i = 0; i < COUNT_OF(table); i++)
			if (table[i].digits == n && ai >= table[i].first && ai <= table[i].last)
				return &table[i];
	}
	return NULL;
}

static bool fits(struct slice ai, const char *pattern, size_t n)
{
	if (ai.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (pattern[i] != 'n' && pattern[i] != ai.p[i])
			return false;
	return true;
}

bool gs1_ai_listed(struct slice ai, const char *list)
{
	while (list && *list) {
		size_t n = strcspn(list, ", |");

		if (fits(ai, list, n))
			return true;
		if (list[n] != ',')
			return false;
		list += n + 1;
	}
	return false;
}
